/** What do you want to reach? A sentence, three examples, and the plans so far. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useImport } from "@/features/collect/import-context";
import { examplesOptions, type Goal } from "@/features/plan/api/goals";
import { planListOptions } from "@/features/plan/api/plans";
import { letStand, standingOptions } from "@/features/plan/api/standing";
import { useCreatePlan } from "@/features/plan/api/use-create-plan";
import { GoalField } from "@/features/plan/components/goal-field";
import { MetricList } from "@/features/plan/components/metric-list";
import { PlanList } from "@/features/plan/components/plan-list";
import { StandingList } from "@/features/plan/components/standing";
import { EmptyNote, Note } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { ErrorNote, Shown } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import styles from "./goals.module.css";

export function GoalsPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [goal, setGoal] = useState<Goal>({ text: "", answers: {} });
  const plans = useQuery(planListOptions());
  const standing = useQuery(standingOptions());
  const queries = useQueryClient();
  const stand = useMutation({
    mutationFn: letStand,
    onSuccess: () => {
      setGoal({ text: "", answers: {} });
      void queries.invalidateQueries({ queryKey: ["standing"] });
      void queries.invalidateQueries({ queryKey: ["plans"] });
    },
  });
  const { open } = useImport();
  const plan = useCreatePlan((planId) => void navigate(`/goals/${planId}`));
  return (
    <Page title={t("goal.title")} lead={t("goal.lead")}>
      <Card>
        <GoalField goal={goal} onChange={setGoal} onSubmit={() => plan.mutate(goal)} busy={plan.isPending} />
        <div className={styles.below} aria-live="polite">
          {plan.isPending ? <Note tone="plain" title={t("goal.working")} /> : null}
          {plan.isError ? <ErrorNote error={plan.error} /> : null}
          {goal.text.trim() !== "" ? (
            <Button loading={stand.isPending} onClick={() => stand.mutate(goal)}>
              {t("standing.make")}
            </Button>
          ) : null}
          {goal.text === "" ? <Examples onChoose={(text) => setGoal({ text, answers: {} })} /> : null}
          <MetricList />
        </div>
      </Card>
      <Card title={t("standing.title")} aside={<span className={styles.why}>{t("standing.lead")}</span>}>
        {stand.isError ? <ErrorNote error={stand.error} /> : null}
        <Shown query={standing} lines={3}>
          {({ goals }) =>
            goals.length > 0 ? (
              <StandingList goals={goals} />
            ) : (
              <EmptyNote title={t("standing.none")}>
                <p>{t("standing.noneHow")}</p>
              </EmptyNote>
            )
          }
        </Shown>
      </Card>
      <Card title={t("plan.recent")}>
        <Shown query={plans} lines={4}>
          {({ plans: rows }) =>
            rows.length > 0 ? (
              <PlanList plans={rows} />
            ) : (
              <EmptyNote title={t("plan.none")}>
                <p>{t("plan.noneHow")}</p>
                <Button onClick={open}>{t("import.open")}</Button>
              </EmptyNote>
            )
          }
        </Shown>
      </Card>
    </Page>
  );
}

function Examples({ onChoose }: { onChoose(text: string): void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const examples = useQuery(examplesOptions());
  return (
    <Shown query={examples} lines={3}>
      {({ examples: goals }) =>
        goals.length === 0 ? null : (
          <div>
            <p className={styles.name}>{t("goal.examples")}</p>
            <ul className={styles.examples}>
              {goals.map((example) => (
                <li key={example.text.en}>
                  <button type="button" onClick={() => onChoose(format.say(example.text))}>
                    <span>{format.say(example.text)}</span>
                    <span className={styles.why}>{format.say(example.why)}</span>
                  </button>
                </li>
              ))}
            </ul>
          </div>
        )
      }
    </Shown>
  );
}
