/** What waits for somebody: plans of goals that stand, proposals, and campaigns that are seen to do harm. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Views } from "@/shared/api/client";
import { Badge } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import type { Campaign, Proposal, StandingGoal } from "../api/home";
import { harming, undecided, waiting } from "../model/today";
import styles from "./rows.module.css";

interface DecisionsProps {
  campaigns: Campaign[];
  goals: StandingGoal[];
  proposals: Proposal[];
  approvals: Views["ApprovalView"][];
}

export function Decisions({ campaigns, goals, proposals, approvals }: DecisionsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const plans = waiting(goals);
  const harm = harming(campaigns);
  const open = undecided(proposals);
  if (plans.length + harm.length + open.length + approvals.length === 0)
    return <p className={styles.soft}>{t("home.nothingWaits")}</p>;
  return (
    <ul className={styles.short}>
      {harm.map((each) => (
        <li key={each.campaign_id}>
          <Badge tone="harm">{t("home.harm")}</Badge>
          <Link to={`/campaigns/${each.campaign_id}`}>{each.goal}</Link>
          <span>{format.say(each.sentence)}</span>
        </li>
      ))}
      {approvals.map((each) => (
        <li key={each.id}>
          <Badge tone="decide">{t("home.planWaits")}</Badge>
          <Link to="/approvals">{each.name}</Link>
          <span>{format.money(each.amount)}</span>
        </li>
      ))}
      {plans.map((goal) => (
        <li key={goal.id}>
          <Badge tone="decide">{t("home.planWaits")}</Badge>
          <Link to={goal.review?.plan_id ? `/goals/${goal.review.plan_id}` : "/goals"}>
            {goal.name || goal.text}
          </Link>
          {goal.review ? <span>{format.say(goal.review.reason)}</span> : null}
        </li>
      ))}
      {open.map((each) => (
        <li key={each.id}>
          <Badge tone="decide">{t(each.status === "waits" ? "home.proposal" : "home.verdict")}</Badge>
          <Link to="/results/proposals">{`${each.journey_name} · ${each.node}`}</Link>
          <span>{format.say(each.verdict_sentence ?? each.headline)}</span>
        </li>
      ))}
    </ul>
  );
}
