/** 「如果预算是…」: one slider, and what it would change, told before anybody spends it. */
import { Button, Slider } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Facts } from "@/shared/parts/facts";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import type { Plan } from "../api/plans";
import type { BudgetPoint, Curve } from "../model/what-if";
import styles from "./budget.module.css";

const STEPS = 200; // As fine as a thumb can hold on a phone.

// The two ends keep inside the card.
const AT_START = { transform: "none" };
const AT_END = { transform: "translateX(-100%)" };

interface BudgetProps {
  plan: Plan;
  curve: Curve;
  at: BudgetPoint;
  onMove(budget: number | null): void;
  /** Make this plan again with the budget that is shown. */
  onReplan(budget: number): void;
}

export function Budget({ plan, curve, at, onMove, onReplan }: BudgetProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const field = useId();
  const most = curve.points.at(-1)?.budget ?? 0;
  const own = plan.understood.budget ?? plan.cost;
  const step = niceStep(most / STEPS);
  const moved = Math.abs(at.budget - own) > step;
  const kind = plan.lift_kind;
  return (
    <Card
      title={t("plan.whatIf")}
      aside={
        moved ? (
          <Button size="small" onClick={() => onMove(null)}>
            {t("plan.whatIfBack", { budget: format.money(own) })}
          </Button>
        ) : undefined
      }
    >
      <p className={styles.sentence} id={field} aria-live="polite">
        {t("plan.whatIfSentence", {
          budget: format.money(at.budget),
          people: format.people(at.people),
          point: format.lift(at.point, kind),
          range: format.liftRange(at.i90[0] ?? 0, at.i90[1] ?? 0, kind),
        })}
      </p>
      <Slider
        min={0}
        max={most}
        step={step}
        value={at.budget}
        onChange={onMove}
        tooltip={{ open: false }}
        marks={{
          0: { label: format.money(0), style: AT_START },
          [own]: t("plan.whatIfOwn"),
          [most]: { label: format.money(most), style: AT_END },
        }}
        ariaLabelledByForHandle={field}
      />
      <div className={styles.below}>
        <Facts
          facts={[
            { name: t("plan.whatIfSpend"), value: format.money(at.cost) },
            { name: t("plan.canReach"), value: format.percent(at.probability, 0) },
            { name: t("plan.canProve"), value: format.percent(at.power, 0) },
            ...(more(at, plan) === null ? [] : [{ name: t("plan.whatIfMore"), value: moreWords() }]),
          ]}
        />
        {moved ? <Button onClick={() => onReplan(at.budget)}>{t("plan.whatIfReplan")}</Button> : null}
      </div>
    </Card>
  );

  function moreWords(): string {
    const unit = plan.understood.metric?.unit;
    const brings = more(at, plan) ?? 0;
    return unit === "fen" ? `+${format.money(Math.round(brings))}` : `+${format.number(brings)}`;
  }
}

/** What one more ¥1,000 would bring there, in people or in the metric's unit; null where money is not what binds. */
function more(at: BudgetPoint, plan: Plan): number | null {
  const brings = at.shadow_price * 100_000;
  return brings >= 0.005 && plan.understood.metric ? brings : null;
}

/** Steps that people read: 1, 2 or 5 and noughts, in fen of whole yuan. */
function niceStep(rough: number): number {
  const yuan = Math.max(rough / 100, 1);
  const tens = 10 ** Math.floor(Math.log10(yuan));
  const nice = [1, 2, 5, 10].find((each) => each * tens >= yuan) ?? 10;
  return nice * tens * 100;
}
