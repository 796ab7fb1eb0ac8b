/** Plans so far, newest first. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Views } from "@/shared/api/client";
import { Badge, type Tone } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import styles from "./plan-list.module.css";

export const planTone: Record<Views["Plan"]["status"], Tone> = {
  ready: "good",
  exploration: "plain",
  needs_answer: "decide",
  refused: "harm",
};

export function PlanList({ plans }: { plans: Views["PlanRow"][] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ul className={styles.list}>
      {plans.map((plan) => (
        <li key={plan.plan_id}>
          <Link to={`/goals/${plan.plan_id}`} className={styles.goal}>
            {plan.text}
          </Link>
          <span className={styles.sentence}>{format.say(plan.sentence)}</span>
          <span className={styles.side}>
            {plan.campaign_id ? (
              <Link to={`/campaigns/${plan.campaign_id}`}>{t("plan.toCampaign")}</Link>
            ) : (
              <Badge tone={planTone[plan.status]}>{t(`plan.status.${plan.status}`)}</Badge>
            )}
            <time dateTime={plan.created_at}>{format.date(plan.created_at)}</time>
          </span>
        </li>
      ))}
    </ul>
  );
}
