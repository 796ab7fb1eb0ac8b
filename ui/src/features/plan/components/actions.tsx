/** The plan itself: who gets what by which channel, when, what it costs and brings, and why. */
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { Card, Details } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import { useNames } from "@/shared/words/use-names";
import type { Plan } from "../api/plans";
import styles from "./plan.module.css";

/** What reaches more people than this is what the plan is about; the rest is tried on a few to keep learning. */
const MAIN_SHARE = 0.02;

export function Actions({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const format = useFormat();
  const learned = plan.forecast !== null && !plan.forecast?.assumed;
  const least = learned ? MAIN_SHARE * total(plan.actions, "people") : 0;
  const main = plan.actions.filter((action, place) => place === 0 || action.people >= least);
  const tried = plan.actions.filter((action) => !main.includes(action));
  const list = (actions: Views["PlanAction"][]) => (
    <ol className={styles.actions}>
      {actions.map((action) => (
        <Action key={action.id} action={action} kind={plan.lift_kind} learned={learned} />
      ))}
    </ol>
  );
  return (
    <Card
      title={t("plan.actions")}
      aside={<span className={styles.aside}>{t("plan.cost", { cost: format.money(plan.cost) })}</span>}
    >
      {list(main)}
      {tried.length > 0 ? (
        <Details
          summary={t("plan.tried", {
            ways: format.people(tried.length),
            people: format.people(total(tried, "people")),
            cost: format.money(total(tried, "cost")),
          })}
        >
          {list(tried)}
        </Details>
      ) : null}
    </Card>
  );
}

function total(actions: Views["PlanAction"][], part: "people" | "cost"): number {
  return actions.reduce((sum, action) => sum + action[part], 0);
}

interface ActionProps {
  action: Views["PlanAction"];
  kind: Plan["lift_kind"];
  /** Whether what each brings was learned; before the trial nobody knows. */
  learned: boolean;
}

function Action({ action, kind, learned }: ActionProps) {
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
      {action.recommended ? <p className={styles.recommended}>{format.say(action.recommended)}</p> : null}
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
          {learned ? (
            <dd className={styles.jade}>{format.lift(action.lift, kind)}</dd>
          ) : (
            <dd>{t("plan.toBeTried")}</dd>
          )}
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
