/** How rules came to be so: every version with what became true and what stopped being so, and the way back to it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { EmptyNote } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { type RuleSet, revert, type Sheet, type Step, sheetOptions } from "../api/rules";
import styles from "./rules.module.css";

interface StepsProps<R> {
  sheet: Sheet<R>;
  set: RuleSet<R>;
  /** A draft is open, which going back would throw away. */
  blocked: boolean;
}

export function Steps<R>({ sheet, set, blocked }: StepsProps<R>) {
  const { t } = useTranslation();
  const format = useFormat();
  const { modal } = App.useApp();
  const queries = useQueryClient();
  const back = useMutation({
    mutationFn: (version: number) => revert(sheet.id, version, sheet.version),
    onSettled: () => queries.invalidateQueries({ queryKey: sheetOptions(set).queryKey }),
  });
  const ask = (step: Step) =>
    modal.confirm({
      title: t("rules.backTo", { version: step.version, at: format.full(step.at) }),
      content: t("rules.backMeans"),
      okText: t("rules.back"),
      cancelText: t("common.notYet"),
      onOk: () => back.mutate(step.version),
    });
  return (
    <Card title={t("rules.steps")}>
      {back.isError ? <ErrorNote error={back.error} /> : null}
      {sheet.steps.length === 0 ? <EmptyNote title={t("rules.noSteps")} /> : null}
      <ol className={styles.steps}>
        {sheet.steps.map((step) => (
          <li key={step.version}>
            <div className={styles.stepHead}>
              <span>
                <b>{format.say(step.who)}</b> · {format.full(step.at)} ·{" "}
                {t("rules.version", { version: step.version })}
              </span>
              {sheet.may_change && step.version < sheet.version ? (
                <Button size="small" disabled={blocked} loading={back.isPending} onClick={() => ask(step)}>
                  {t("rules.back")}
                </Button>
              ) : null}
            </div>
            <Turned step={step} />
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Turned({ step }: { step: Step }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (step.gone.length === 0 && step.come.length === 0) {
    const places = step.changes.map(({ path }) => path).join(", ");
    return <p className={styles.soft}>{places ? t("rules.places", { places }) : t("rules.same")}</p>;
  }
  return (
    <ul className={styles.turned}>
      {step.gone.map((said) => (
        <li key={said.en}>
          <span aria-hidden="true">−</span>
          <del>{format.say(said)}</del>
        </li>
      ))}
      {step.come.map((said) => (
        <li key={said.en}>
          <span aria-hidden="true">+</span>
          <ins>{format.say(said)}</ins>
        </li>
      ))}
    </ul>
  );
}
