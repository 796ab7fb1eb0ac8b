/** One plan, read as an argument: where we are, can it be reached and proven, what to do, what it will bring. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import type { Goal, Wished } from "@/features/plan/api/goals";
import { type LaunchTerms, type Plan, planOptions, termsFor, whatIfOptions } from "@/features/plan/api/plans";
import { useCreatePlan } from "@/features/plan/api/use-create-plan";
import { Actions } from "@/features/plan/components/actions";
import { Analyst } from "@/features/plan/components/analyst";
import { Baseline } from "@/features/plan/components/baseline";
import { Budget } from "@/features/plan/components/budget";
import { Forecast } from "@/features/plan/components/forecast";
import { GoalField } from "@/features/plan/components/goal-field";
import { Guarded } from "@/features/plan/components/guarded";
import { Launch, MissingList } from "@/features/plan/components/launch";
import { Margin } from "@/features/plan/components/margin";
import { Phases } from "@/features/plan/components/phases";
import { planTone } from "@/features/plan/components/plan-list";
import { Changed, Proof } from "@/features/plan/components/proof";
import { Rehearsal } from "@/features/plan/components/rehearsal";
import { Verdicts } from "@/features/plan/components/verdicts";
import { withBudget } from "@/features/plan/model/chips";
import { planAt, pointAt } from "@/features/plan/model/what-if";
import { Note } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { ErrorNote, Waiting } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";

export function PlanPage() {
  const { t } = useTranslation();
  const { planId = "" } = useParams();
  const plan = useQuery(planOptions(planId));
  if (!plan.data) {
    return (
      <Page title={t("plan.title")}>
        <Card>
          <Waiting query={plan} lines={8} />
        </Card>
      </Page>
    );
  }
  return <PlanArgument key={planId} plan={plan.data} />;
}

function PlanArgument({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const [budget, setBudget] = useState<number | null>(null);
  const [terms, setTerms] = useState<LaunchTerms>(() => termsFor(plan));
  const curve = useQuery({ ...whatIfOptions(plan.plan_id), enabled: plan.status === "ready" }).data;
  const again = useCreatePlan((planId) => void navigate(`/goals/${planId}`));
  const rung = curve && pointAt(curve.points, budget ?? plan.understood.budget ?? plan.cost);
  const at = budget === null ? undefined : rung;
  const shown = curve && at ? planAt(plan, curve, at) : plan;
  const wish = (wished: Partial<Wished>) =>
    again.mutate({
      text: plan.understood.text,
      answers: plan.understood.answers,
      phases: (plan.phases ?? []).length > 0 || undefined,
      proof: !plan.holdout?.declined,
      ...wished,
    });
  const replanWith = (fen: number) => wish({ text: withBudget(plan.understood, fen) });
  const launchable = plan.status === "ready" || plan.status === "exploration";
  const open = launchable && !plan.campaign_id;
  const action = plan.campaign_id ? (
    <Link to={`/campaigns/${plan.campaign_id}`}>{t("plan.toCampaign")}</Link>
  ) : launchable ? (
    <Launch
      plan={plan}
      terms={terms}
      onTerms={setTerms}
      onLaunched={(campaignId) => void navigate(`/campaigns/${campaignId}`)}
    />
  ) : null;
  return (
    <Page title={format.say(plan.understood.said)} action={action}>
      <Card>
        <Replan plan={plan} />
      </Card>
      <Note tone={planTone[plan.status]} title={format.say(plan.sentence)}>
        {plan.next ? <p>{format.say(plan.next)}</p> : null}
        {plan.remarks?.map((remark) => (
          <p key={remark.en}>{format.say(remark)}</p>
        ))}
      </Note>
      <Changed plan={plan} onAgain={() => wish({})} busy={again.isPending} />
      {plan.ask_margin && !plan.campaign_id ? <Margin onTold={() => wish({})} /> : null}
      {plan.baseline ? <Baseline plan={plan} baseline={plan.baseline} /> : null}
      <Verdicts
        plan={shown}
        moved={at !== undefined}
        proof={open ? <Proof plan={plan} onWish={(proof) => wish({ proof })} busy={again.isPending} /> : null}
      />
      {shown.actions.length > 0 ? <Actions plan={shown} /> : null}
      {plan.actions.length > 0 ? (
        <Phases plan={plan} onWish={open ? (phases) => wish({ phases }) : undefined} busy={again.isPending} />
      ) : null}
      {shown.forecast ? <Forecast plan={shown} forecast={shown.forecast} /> : null}
      {plan.guarded?.length ? <Guarded guarded={plan.guarded} /> : null}
      {curve && rung ? (
        <Budget plan={plan} curve={curve} at={rung} onMove={setBudget} onReplan={replanWith} />
      ) : null}
      {open ? <Rehearsal plan={plan} terms={terms} onTerms={setTerms} /> : null}
      {plan.constraints.length > 0 ? <Analyst plan={plan} /> : null}
      {plan.missing.length > 0 ? (
        <Note tone="decide" title={t("plan.missing")}>
          <MissingList missing={plan.missing} />
        </Note>
      ) : null}
    </Page>
  );
}

/** The sentence that this plan answers; changing it makes another plan and keeps this one. */
function Replan({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [goal, setGoal] = useState<Goal>({ text: plan.understood.text, answers: plan.understood.answers });
  const again = useCreatePlan((planId) => void navigate(`/goals/${planId}`));
  return (
    <>
      <GoalField
        goal={goal}
        onChange={setGoal}
        onSubmit={() => again.mutate(goal)}
        busy={again.isPending}
        again
        asked={goal.text === plan.understood.text ? plan.questions : []}
      />
      <div aria-live="polite">
        {again.isPending ? <Note tone="plain" title={t("goal.working")} /> : null}
        {again.isError ? <ErrorNote error={again.error} /> : null}
      </div>
    </>
  );
}
