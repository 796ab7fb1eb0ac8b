/** Goals that stand: a bar each, what was done about it last, and how far it may go by itself. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, InputNumber, Popconfirm, Segmented } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Badge, type Tone } from "@/shared/parts/note";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import {
  type Autonomy,
  approvePlan,
  changeStanding,
  endStanding,
  type StandingGoal,
  stopCampaign,
} from "../api/standing";
import { Bullet } from "./bullet";
import styles from "./standing.module.css";

const tones: Record<"on_path" | "behind" | "over", Tone> = {
  on_path: "good",
  behind: "decide",
  over: "plain",
};
const AUTONOMIES: readonly Autonomy[] = ["suggest", "approve", "autopilot"];

export function StandingList({ goals }: { goals: StandingGoal[] }) {
  return (
    <ul className={styles.goals}>
      {goals.map((goal) => (
        <StandingRow key={goal.id} goal={goal} />
      ))}
    </ul>
  );
}

function StandingRow({ goal }: { goal: StandingGoal }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const [limiting, setLimiting] = useState(false);
  const act = useMutation({
    mutationFn: (work: () => Promise<unknown>) => work(),
    onSuccess: () => {
      setLimiting(false);
      void queries.invalidateQueries({ queryKey: ["standing"] });
      void queries.invalidateQueries({ queryKey: ["plans"] });
    },
  });
  const choose = (autonomy: Autonomy) => {
    const limited = goal.limits.budget != null && goal.limits.people != null;
    if (autonomy === "autopilot" && !limited) setLimiting(true);
    else act.mutate(() => changeStanding(goal.id, { autonomy }));
  };
  const { review } = goal;
  return (
    <li className={styles.goal}>
      <div className={styles.head}>
        <h3>{goal.text}</h3>
        {goal.paused ? <Badge tone="plain">{t("standing.paused")}</Badge> : null}
        {review && !goal.paused ? (
          <Badge tone={tones[review.status]}>{t(`standing.status.${review.status}`)}</Badge>
        ) : null}
      </div>
      <div className={styles.side}>
        <Segmented<Autonomy>
          aria-label={t("standing.autonomy")}
          value={goal.autonomy}
          disabled={act.isPending}
          options={AUTONOMIES.map((each) => ({ value: each, label: t(`standing.may.${each}`) }))}
          onChange={choose}
        />
        <span>
          <Button
            type="text"
            size="small"
            onClick={() => act.mutate(() => changeStanding(goal.id, { paused: !goal.paused }))}
          >
            {t(goal.paused ? "standing.resume" : "standing.pause")}
          </Button>
          <Popconfirm
            title={t("standing.endSure")}
            okText={t("standing.end")}
            cancelText={t("common.notYet")}
            onConfirm={() => act.mutate(() => endStanding(goal.id))}
          >
            <Button type="text" size="small">
              {t("standing.end")}
            </Button>
          </Popconfirm>
        </span>
      </div>
      {limiting ? (
        <Limits
          goal={goal}
          busy={act.isPending}
          onSet={(limits) => act.mutate(() => changeStanding(goal.id, { autonomy: "autopilot", limits }))}
        />
      ) : null}
      {review && goal.metric ? <Bullet review={review} unit={goal.metric.unit} /> : null}
      {review ? <p className={styles.sentence}>{format.say(review.sentence)}</p> : null}
      {review ? (
        <Done goal={goal} review={review} onAct={(work) => act.mutate(work)} busy={act.isPending} />
      ) : null}
      {act.isError ? <ErrorNote error={act.error} /> : null}
    </li>
  );
}

interface DoneProps {
  goal: StandingGoal;
  review: NonNullable<StandingGoal["review"]>;
  busy: boolean;
  onAct(work: () => Promise<unknown>): void;
}

/** What the last look led to, with the one thing that may be done about it. */
function Done({ goal, review, busy, onAct }: DoneProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const plan = review.plan_id;
  const campaign = review.campaign_id;
  const waits = plan !== null && (review.act === "waits" || review.act === "suggested");
  return (
    <>
      <p className={styles.reason}>
        {format.date(review.at)} · {format.say(review.reason)}
        {goal.next_review ? ` · ${t("standing.next", { date: format.date(goal.next_review) })}` : ""}
      </p>
      <div className={styles.act}>
        {waits ? (
          <Button loading={busy} onClick={() => onAct(() => approvePlan(goal.id, plan))}>
            {t("standing.launch", { people: format.people(review.people), cost: format.money(review.cost) })}
          </Button>
        ) : null}
        {plan ? <Link to={`/goals/${plan}`}>{t("standing.plan")}</Link> : null}
        {campaign ? <Link to={`/campaigns/${campaign}`}>{t("plan.toCampaign")}</Link> : null}
        {campaign && review.act === "launched" ? (
          <Popconfirm
            title={t("standing.stopSure")}
            okText={t("standing.stop")}
            cancelText={t("common.notYet")}
            onConfirm={() => onAct(() => stopCampaign(goal.id, campaign))}
          >
            <Button danger loading={busy}>
              {t("standing.stop")}
            </Button>
          </Popconfirm>
        ) : null}
      </div>
    </>
  );
}

interface LimitsProps {
  goal: StandingGoal;
  busy: boolean;
  onSet(limits: { budget: number; people: number }): void;
}

/** Nobody lets go of the wheel without saying how far. */
function Limits({ goal, busy, onSet }: LimitsProps) {
  const { t } = useTranslation();
  const money = useId();
  const count = useId();
  const [yuan, setYuan] = useState<number | null>(
    goal.limits.budget == null ? null : goal.limits.budget / 100,
  );
  const [people, setPeople] = useState<number | null>(goal.limits.people ?? null);
  return (
    <form
      className={styles.limits}
      onSubmit={(event) => {
        event.preventDefault();
        if (yuan !== null && people !== null) onSet({ budget: Math.round(yuan * 100), people });
      }}
    >
      <label htmlFor={money}>
        {t("standing.weekYuan")}
        <InputNumber id={money} min={0} value={yuan} onChange={setYuan} prefix="¥" />
      </label>
      <label htmlFor={count}>
        {t("standing.weekPeople")}
        <InputNumber id={count} min={0} precision={0} value={people} onChange={setPeople} />
      </label>
      <Button type="primary" htmlType="submit" loading={busy} disabled={yuan === null || people === null}>
        {t("standing.letGo")}
      </Button>
    </form>
  );
}
