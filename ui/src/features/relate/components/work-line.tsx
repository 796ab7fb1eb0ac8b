/** One piece of work in a list: what, about whom, whose, by when; the whole line leads to its card. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Badge, type Tone } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import type { Work } from "../api/work";
import styles from "./work.module.css";

const urgent: Record<string, Tone> = { urgent: "harm", high: "decide" };

export function WorkLine({ work, to }: { work: Work; to: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li className={styles.line}>
      <div className={styles.what}>
        <Link to={to} preventScrollReset>
          {work.title || t(`work.kind.${work.kind}`)}
        </Link>
        <span className={styles.quiet}>
          <Link to={`/people/${work.person.profile_id}`} className={styles.name}>
            <bdi>{work.person.name}</bdi>
          </Link>{" "}
          · {format.say(work.why)}
        </span>
        <Marks work={work} />
      </div>
      <div className={styles.side}>
        <strong>{work.owner?.name ?? t("work.waiting")}</strong>
        <span>
          {work.due_at && work.state === "open" ? t("work.dueAt", { at: format.moment(work.due_at) }) : ""}
        </span>
        {work.outcome ? <span>{format.say(work.outcome.name)}</span> : null}
      </div>
    </li>
  );
}

export function Marks({ work }: { work: Work }) {
  const { t } = useTranslation();
  if (!work.overdue && work.sort === "") return null;
  return (
    <span className={styles.marks}>
      {work.overdue ? <Badge tone="harm">{t("work.overdue")}</Badge> : null}
      {work.sort === "" ? null : (
        <Badge tone={urgent[work.sort] ?? "plain"}>{t(`work.sort.${work.sort}`)}</Badge>
      )}
    </span>
  );
}
