/** Whether data come in and messages can go out: processes, channels, quarantine. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Views } from "@/shared/api/client";
import { Badge, type Tone } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import { channelsOptions, quarantineOptions } from "../api/home";
import styles from "./rows.module.css";

interface Line {
  key: string;
  tone: Tone;
  name: string;
  said: string;
  to?: string;
}

export function Wellness({ health }: { health: Views["Health"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const channels = useQuery(channelsOptions());
  const quarantine = useQuery(quarantineOptions());
  const silent = health.processes.filter((process) => !process.ok).map((process) => process.name);
  const connected = Object.keys(channels.data?.definitions ?? {}).length;
  const aside = quarantine.data?.records ?? 0;
  const lines: Line[] = [
    {
      key: "processes",
      tone: silent.length > 0 ? "harm" : "good",
      name: t("home.processes"),
      said: silent.length > 0 ? t("home.silent", { names: silent.join(" · ") }) : t("home.allAnswer"),
    },
    {
      key: "channels",
      tone: connected > 0 ? "good" : "decide",
      name: t("home.channels"),
      said: connected > 0 ? t("home.connected", { count: connected }) : t("home.noChannel"),
    },
    {
      key: "quarantine",
      tone: aside > 0 ? "decide" : "good",
      name: t("home.quarantine"),
      said:
        aside > 0 ? t("home.aside", { count: aside, records: format.people(aside) }) : t("home.noneAside"),
      to: "/data/quarantine",
    },
    {
      key: "data",
      tone: "plain",
      name: t("home.data"),
      said: t("home.holds", { people: format.people(health.people), events: format.people(health.events) }),
      to: "/data",
    },
  ];
  return (
    <ul className={styles.short}>
      {lines.map((line) => (
        <li key={line.key}>
          <Badge tone={line.tone}>{line.name}</Badge>
          {line.to ? <Link to={line.to}>{line.said}</Link> : <span>{line.said}</span>}
        </li>
      ))}
    </ul>
  );
}
