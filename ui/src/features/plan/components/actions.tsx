/** The plan itself: who gets what by which channel, when, what it costs and brings, and why. */
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import { useNames } from "@/shared/words/use-names";
import type { Plan } from "../api/plans";
import styles from "./plan.module.css";

export function Actions({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card
      title={t("plan.actions")}
      aside={<span className={styles.aside}>{t("plan.cost", { cost: format.money(plan.cost) })}</span>}
    >
      <ol className={styles.actions}>
        {plan.actions.map((action) => (
          <Action key={action.id} action={action} kind={plan.lift_kind} />
        ))}
      </ol>
    </Card>
  );
}

function Action({ action, kind }: { action: Views["PlanAction"]; kind: Plan["lift_kind"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const reasons = [
    { name: t("plan.who"), text: action.who },
    { name: t("plan.when"), text: action.when },
    { name: t("plan.why"), text: action.why },
  ].flatMap(({ name, text }) => (text ? [{ name, words: format.say(text) }] : []));
  return (
    <li>
      <h3>
        {format.say(action.label)} · {names.channel(action.channel)}
      </h3>
      <dl className={styles.figures}>
        <div>
          <dt>{t("plan.people")}</dt>
          <dd>{format.people(action.people)}</dd>
        </div>
        <div>
          <dt>{t("plan.spend")}</dt>
          <dd>{format.money(action.cost)}</dd>
        </div>
        <div>
          <dt>{t("plan.brings")}</dt>
          <dd className={styles.jade}>{format.lift(action.lift, kind)}</dd>
        </div>
      </dl>
      <dl className={styles.reasons}>
        {reasons.map(({ name, words }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{words}</dd>
          </div>
        ))}
        {action.reasons && action.reasons.length > 0 ? (
          <div>
            <dt>{t("plan.reasons")}</dt>
            <dd>{format.phrases(action.reasons)}</dd>
          </div>
        ) : null}
      </dl>
    </li>
  );
}
