/** Who was compared with whom, what it cost, and how it was measured. */
import { useTranslation } from "react-i18next";
import { Facts } from "@/shared/parts/facts";
import { Card, Details } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import type { Report } from "../api/campaigns";
import styles from "./measure.module.css";

export function Sides({ report }: { report: Report }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { assigned, outcome, spend, difference, metric } = report;
  const used = spend.budget ? Math.min(1, spend.spent / spend.budget) : null;
  return (
    <Card title={t("campaign.compared")}>
      <Facts
        large
        facts={[
          {
            name: t("campaign.treated"),
            value: outcome ? format.metric(outcome.treated, metric.unit) : "—",
            under: t("campaign.assigned", { people: format.people(assigned.treated) }),
          },
          {
            name: t("campaign.heldOut"),
            value: outcome ? format.metric(outcome.held_out, metric.unit) : "—",
            under: t("campaign.assigned", { people: format.people(assigned.held_out) }),
          },
          {
            name: t("campaign.spent"),
            value: format.money(spend.spent),
            under:
              spend.budget === null
                ? t("campaign.expected", { money: format.money(spend.expected) })
                : t("campaign.ofBudget", { money: format.money(spend.budget) }),
          },
        ]}
      />
      {report.items ? <p className={styles.method}>{format.say(report.items.sentence)}</p> : null}
      {report.after ? <p className={styles.method}>{format.say(report.after)}</p> : null}
      {report.adjusted ? <p className={styles.method}>{format.say(report.adjusted)}</p> : null}
      {used === null ? null : (
        <div
          className={styles.pace}
          role="img"
          aria-label={t("campaign.pace", { share: format.percent(used, 0) })}
        >
          <span style={{ width: `${used * 100}%` }} />
        </div>
      )}
      {report.ratio ? <Ratio ratio={report.ratio} unit={metric.unit} /> : null}
      <Details summary={t("common.details")}>
        <p className={styles.method}>{format.say(report.method)}</p>
        <Facts
          facts={[
            ...(difference
              ? [
                  {
                    name: t("campaign.difference"),
                    value: format.metric(difference.value, metric.unit),
                    under: `${format.metric(difference.low, metric.unit)} … ${difference.high === null ? "" : format.metric(difference.high, metric.unit)}`,
                  },
                ]
              : []),
            ...(report.variance_removed === null || report.variance_removed === undefined
              ? []
              : [{ name: t("campaign.cuped"), value: format.percent(report.variance_removed, 0) }]),
            {
              name: t("plan.hash"),
              value: <code>{report.forecast.hash.slice(0, 16)}</code>,
              under: t("plan.hashUnder"),
            },
          ]}
        />
      </Details>
    </Card>
  );
}

/** A ratio taken apart: what is over the line, what is under it, each per eligible person. */
function Ratio({ ratio, unit }: { ratio: NonNullable<Report["ratio"]>; unit: Report["metric"]["unit"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const number = (value: number) => value.toLocaleString(undefined, { maximumSignificantDigits: 3 });
  const over = (value: number) => (unit === "fen" ? format.metric(value, unit) : number(value));
  const beside = (under: string) => t("campaign.besideHeldOut", { value: under });
  return (
    <Facts
      facts={[
        {
          name: t("campaign.ratio"),
          value: ratio.treated === null ? "—" : format.metric(ratio.treated, unit),
          under: beside(ratio.held_out === null ? "—" : format.metric(ratio.held_out, unit)),
        },
        {
          name: format.say(ratio.numerator.name),
          value: over(ratio.numerator.treated),
          under: beside(over(ratio.numerator.held_out)),
        },
        {
          name: format.say(ratio.denominator.name),
          value: number(ratio.denominator.treated),
          under: beside(number(ratio.denominator.held_out)),
        },
      ]}
    />
  );
}
