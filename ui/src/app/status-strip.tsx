/** What everyone should know before reading a number: something is not well, or the clock is not the real one. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answered } from "@/shared/api/answer";
import { api } from "@/shared/api/client";
import { Note } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import styles from "./status-strip.module.css";

const LOOK_MS = 30_000;

const healthOptions = queryOptions({
  queryKey: ["health"],
  queryFn: () => answered(api.GET("/api/health")),
  refetchInterval: LOOK_MS,
});

export function StatusStrip() {
  const { t } = useTranslation();
  const format = useFormat();
  const { data } = useQuery(healthOptions);
  if (data === undefined) return null;
  const silent = data.processes.filter((process) => !process.ok).map((process) => process.name);
  return (
    <div className={styles.strip}>
      {data.status === "degraded" ? (
        <Note tone="harm" role="alert" title={t("shell.degraded", { names: silent.join(" · ") })} />
      ) : null}
      {data.status === "read_only" ? <Note tone="harm" role="alert" title={t("shell.readOnly")} /> : null}
      {data.clock === "manual" ? (
        <Note tone="plain" title={t("shell.manualClock", { at: format.full(data.now) })} />
      ) : null}
    </div>
  );
}
