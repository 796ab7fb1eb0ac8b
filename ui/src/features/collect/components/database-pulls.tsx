/** How the pulls of a database go: the last one, the watermark; pull now, change, move the watermark. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Note } from "@/shared/parts/note";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { pullNow, resetWatermark, type SourceRow } from "../api/data";
import styles from "./data.module.css";

export function DatabasePulls({ source, onEdit }: { source: SourceRow; onEdit(): void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const pull = useMutation({
    mutationFn: () => pullNow(source.source_id),
    onSettled: () => queries.invalidateQueries({ queryKey: ["data"] }),
  });
  const every = source.every_minutes ? t("data.every", { minutes: source.every_minutes }) : t("data.byHand");
  const mark =
    source.watermark === null ? t("data.neverPulled") : t("source.mark", { watermark: source.watermark });
  return (
    <>
      <p className={styles.quiet}>{`${mark} ${every}`}</p>
      {pull.isError ? <ErrorNote error={pull.error} /> : <LastPull source={source} />}
      {pull.data ? (
        <Note tone="good" title={t("data.pulled", { rows: format.people(pull.data.rows) })} role="status" />
      ) : null}
      {source.defined ? (
        <>
          <div className={styles.buttons}>
            <Button type="primary" loading={pull.isPending} onClick={() => pull.mutate()}>
              {t("data.pullNow")}
            </Button>
            <Button onClick={onEdit}>{t("source.edit")}</Button>
          </div>
          <Reset source={source} />
        </>
      ) : null}
    </>
  );
}

function LastPull({ source }: { source: SourceRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  const last = source.last_pull;
  if (!last) return null;
  const at = format.moment(last.at);
  if (last.error) {
    return (
      <Note tone="harm" title={t("source.failed", { at })}>
        <p>{format.say(last.error)}</p>
      </Note>
    );
  }
  return (
    <p className={styles.quiet}>
      {last.rows > 0
        ? t("source.done", { at, rows: format.people(last.rows) })
        : t("source.nothingNew", { at })}
    </p>
  );
}

function Reset({ source }: { source: SourceRow }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const field = useId();
  const [to, setTo] = useState("");
  const reset = useMutation({
    mutationFn: () => resetWatermark(source.source_id, to.trim() === "" ? null : to.trim()),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["data"] }),
  });
  return (
    <details>
      <summary>{t("source.reset")}</summary>
      <div className={styles.form}>
        <p className={styles.quiet}>{t("source.resetMeans")}</p>
        <div>
          <label htmlFor={field}>{t("source.resetTo")}</label>
          <Input
            id={field}
            value={to}
            placeholder={source.watermark ?? ""}
            spellCheck={false}
            onChange={(event) => setTo(event.target.value)}
          />
        </div>
        {reset.isError ? <ErrorNote error={reset.error} /> : null}
        {reset.data ? (
          <Note
            tone="good"
            title={t("source.resetDone", { watermark: String(reset.data.watermark) })}
            role="status"
          />
        ) : null}
        <div className={styles.buttons}>
          <Button loading={reset.isPending} onClick={() => reset.mutate()}>
            {t("source.resetNow")}
          </Button>
        </div>
      </div>
    </details>
  );
}
