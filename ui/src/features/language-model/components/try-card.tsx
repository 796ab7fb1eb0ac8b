/** Has the model write an example: whether it answers, what it writes, what that cost. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Note } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { ErrorNote } from "@/shared/parts/shown";
import { useLanguage } from "@/shared/words/language";
import { useFormat } from "@/shared/words/use-format";
import { tryModel } from "../api/model";
import styles from "./model.module.css";

export function TryCard() {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useLanguage();
  const queries = useQueryClient();
  const trial = useMutation({
    mutationFn: () => tryModel(language),
    onSettled: () => queries.invalidateQueries({ queryKey: ["model"] }),
  });
  const note = trial.data?.note;
  return (
    <Card title={t("model.try")}>
      <div className={styles.form}>
        <p className={styles.soft}>{t("model.tryLead")}</p>
        <div>
          <Button loading={trial.isPending} onClick={() => trial.mutate()}>
            {t("model.tryNow")}
          </Button>
        </div>
        {trial.isError ? <ErrorNote error={trial.error} /> : null}
        {note ? (
          <Note
            tone={note.outcome === "drafted" ? "good" : "decide"}
            title={format.say(note.says)}
            role="status"
          >
            <p className={styles.soft}>
              {t("model.took", {
                seconds: format.number(Math.max(0.1, Math.round(note.took_ms / 100) / 10)),
                tokens: format.number(note.tokens_in + note.tokens_out),
                cost: format.money(note.cost_fen),
              })}
            </p>
          </Note>
        ) : null}
        {trial.data?.words.map((each) => (
          <blockquote key={String(each.line)} className={styles.words}>
            <b>{String(each.headline)}</b>
            <p>{`${each.greeting ?? ""}${each.line}`}</p>
          </blockquote>
        ))}
      </div>
    </Card>
  );
}
