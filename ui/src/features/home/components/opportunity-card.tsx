/** One opportunity: what it is, the money as a range, how many people, why now, and the plan that it becomes. */
import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { type Opportunity, planOpportunity } from "../api/home";
import styles from "./home.module.css";

interface CardProps {
  opportunity: Opportunity;
  money: "margin" | "revenue";
  onOpen(): void;
}

export function OpportunityCard({ opportunity, money, onOpen }: CardProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const plan = useMutation({
    mutationFn: () => planOpportunity(opportunity.opportunity_id),
    onSuccess: (made) => void navigate(`/goals/${made.plan_id}`),
  });
  const { low, high, basis } = opportunity.stake;
  const people = format.people(opportunity.people);
  return (
    <li className={styles.opportunity}>
      <h3>{format.say(opportunity.title)}</h3>
      <p className={styles.money}>
        <strong>{t("home.range", { low: format.yuan(low), high: format.yuan(high) })}</strong>
        <span>
          {t(`home.moneyIn.${money}`, { days: opportunity.window_days })} · {t(`home.basis.${basis}`)}
        </span>
      </p>
      <button type="button" className={styles.people} onClick={onOpen}>
        {t("home.seePeople", { people })}
      </button>
      {opportunity.shared > 0 ? (
        <p className={styles.soft}>{t("home.shared", { people: format.people(opportunity.shared) })}</p>
      ) : null}
      <p className={styles.why}>{format.say(opportunity.why)}</p>
      {low <= 0 ? <p className={styles.soft}>{t("home.maybeNot")}</p> : null}
      <details className={styles.from}>
        <summary>{t("home.from")}</summary>
        <p>{format.say(opportunity.worth)}</p>
        <p className={styles.soft}>{format.say(opportunity.goal)}</p>
      </details>
      {plan.isError ? <ErrorNote error={plan.error} /> : null}
      <Button className={styles.act ?? ""} loading={plan.isPending} onClick={() => plan.mutate()}>
        {t("home.makePlan")}
      </Button>
    </li>
  );
}
