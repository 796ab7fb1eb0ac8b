/** After a trial has ended: the plan that it was made for, from the same sentence and what the trial has taught. */
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Note } from "@/shared/parts/note";
import { ErrorNote } from "@/shared/parts/shown";
import { planOptions } from "../api/plans";
import { useCreatePlan } from "../api/use-create-plan";

export function AfterTrial({ planId }: { planId: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const plan = useQuery(planOptions(planId));
  const make = useCreatePlan((made) => void navigate(`/goals/${made}`));
  if (plan.data?.status !== "exploration") return null;
  const { understood, holdout } = plan.data;
  const again = { text: understood.text, answers: understood.answers, proof: !holdout?.declined };
  return (
    <Note tone="decide" title={t("plan.afterTrial")}>
      <p>{t("plan.afterTrialHow")}</p>
      {make.isError ? <ErrorNote error={make.error} /> : null}
      <p>
        <Button type="primary" loading={make.isPending} onClick={() => make.mutate(again)}>
          {t("plan.makeSecond")}
        </Button>
      </p>
    </Note>
  );
}
