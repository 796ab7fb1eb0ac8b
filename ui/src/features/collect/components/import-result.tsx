/** While it loads: how far. Afterwards: what came in, its quality in words, and the refused rows as a file. */
import { useMutation } from "@tanstack/react-query";
import { Button, Progress } from "antd";
import { useTranslation } from "react-i18next";
import { Facts } from "@/shared/parts/facts";
import { marks, Note, type Tone } from "@/shared/parts/note";
import { ErrorNote } from "@/shared/parts/shown";
import { saveFile } from "@/shared/save-file";
import { useFormat } from "@/shared/words/use-format";
import { type Import, rejectedRows } from "../api/imports";
import styles from "./import.module.css";

const tones: Record<Import["quality"][number]["level"], Tone> = {
  good: "good",
  notice: "decide",
  problem: "harm",
};

interface ResultProps {
  state: Import;
  onDone(): void;
  onAnother(): void;
  /** What orders lead to. */
  onOpportunities(): void;
}

export function ImportResult({ state, onDone, onAnother, onOpportunities }: ResultProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { counts } = state;
  const download = useMutation({
    mutationFn: () => rejectedRows(state.import_id),
    onSuccess: (blob) => saveFile(blob, `rejected-${state.file.replace(/\.[^.]*$/, "")}.csv`),
  });
  return (
    <div className={styles.step}>
      {state.status === "running" ? (
        <div role="status">
          <p className={styles.lead}>{t("import.running", { file: state.file })}</p>
          <Progress percent={Math.round(state.progress * 100)} aria-label={t("import.progress")} />
        </div>
      ) : (
        <Note
          tone={state.status === "failed" ? "harm" : "good"}
          title={format.say(state.sentence)}
          role="status"
        />
      )}
      <Facts
        facts={[
          { name: t("import.count.rows"), value: format.people(counts.rows) },
          { name: t("import.count.customers"), value: format.people(counts.customers) },
          { name: t("import.count.events"), value: format.people(counts.events) },
          { name: t("import.count.rejected"), value: format.people(counts.rejected) },
        ]}
      />
      {state.quality.length > 0 ? (
        <ul className={styles.quality}>
          {state.quality.map((finding) => (
            <li key={finding.text.en} data-tone={tones[finding.level]}>
              <span aria-hidden="true">{marks[tones[finding.level]]}</span>
              {format.say(finding.text)}
            </li>
          ))}
        </ul>
      ) : null}
      {download.isError ? <ErrorNote error={download.error} /> : null}
      {state.status === "running" ? null : (
        <div className={styles.footer}>
          {counts.rejected > 0 ? (
            <Button onClick={() => download.mutate()} loading={download.isPending}>
              {t("import.download", { rows: format.people(counts.rejected) })}
            </Button>
          ) : (
            <span />
          )}
          <Button type="text" onClick={onAnother}>
            {t("import.another")}
          </Button>
          {state.status === "done" && state.kind === "orders" ? (
            <Button type="primary" onClick={onOpportunities}>
              {t("import.toOpportunities")}
            </Button>
          ) : (
            <Button type="primary" onClick={onDone}>
              {t("import.done")}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
