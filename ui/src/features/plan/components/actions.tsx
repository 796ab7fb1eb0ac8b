/** The plan itself: who gets what by which channel, when, what it costs and brings, and why. */
import { useTranslation } from "react-i18next";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import { useNames } from "@/shared/words/use-names";
import type { Plan } from "../api/plans";
import styles from "./plan.module.css";

export function Actions({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  return (
    <Card
      title={t("plan.actions")}
      aside={<span className={styles.aside}>{t("plan.cost", { cost: format.money(plan.cost) })}</span>}
    >
      <ol className={styles.actions}>
        {plan.actions.map((action) => (
          <li key={action.id}>
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
                <dd className={styles.jade}>{format.lift(action.lift, plan.lift_kind)}</dd>
              </div>
            </dl>
            <p>
              {[action.who, action.when, action.why]
                .filter((text) => text !== null && text !== undefined)
                .map((text) => format.say(text))
                .join(" · ")}
            </p>
          </li>
        ))}
      </ol>
    </Card>
  );
}
