/** Which metrics a goal may name, of every trade and of this shop, and by which words. */
import { useQuery } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { Badge } from "@/shared/parts/note";
import { Shown } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { metricsOptions } from "../api/metrics";
import { fitting } from "../model/metrics";
import styles from "./metric-list.module.css";

/** Closed until asked for: who knows what to write needs no list. */
export function MetricList() {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button
        type="link"
        className={styles.open ?? ""}
        aria-expanded={opened}
        onClick={() => setOpened(!opened)}
      >
        {t("metrics.title")}
      </Button>
      {opened ? <Found /> : null}
    </>
  );
}

function Found() {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const metrics = useQuery(metricsOptions());
  return (
    <>
      <Input
        allowClear
        aria-label={t("metrics.find")}
        placeholder={t("metrics.find")}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <Shown query={metrics} lines={6}>
        {({ metrics: all }) => {
          const found = fitting(all, typed);
          return found.length === 0 ? (
            <p>{t("metrics.none")}</p>
          ) : (
            <ul className={styles.metrics}>
              {found.map((metric) => (
                <Row key={metric.id} metric={metric} />
              ))}
            </ul>
          );
        }}
      </Shown>
    </>
  );
}

function Row({ metric }: { metric: Views["Metric"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li>
      <span className={styles.name}>{format.say(metric.name)}</span>
      {metric.trade === null ? <Badge tone="plain">{t("metrics.own")}</Badge> : null}
      {metric.movable ? <Badge tone="decide">{t("metrics.movable")}</Badge> : null}
      <p>{format.say(metric.meaning)}</p>
      {metric.also.length > 0 ? <p className={styles.also}>{metric.also.join(" · ")}</p> : null}
    </li>
  );
}
