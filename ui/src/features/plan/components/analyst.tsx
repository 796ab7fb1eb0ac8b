/** 「展开细节」: limits with their shadow prices, the certificate of the optimum, the frozen forecast's fingerprint. */
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { DataTable } from "@/shared/chart/chart";
import { Facts } from "@/shared/parts/facts";
import { Card, Details } from "@/shared/parts/page";
import type { Format } from "@/shared/words/format";
import { useFormat } from "@/shared/words/use-format";
import type { Plan } from "../api/plans";
import styles from "./plan.module.css";

export function Analyst({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { certificate, constraints, forecast, provable, understood } = plan;
  const binding = constraints.flatMap((constraint) =>
    constraint.sentence ? [format.say(constraint.sentence)] : [],
  );
  return (
    <Card title={t("plan.limits")}>
      {binding.map((sentence) => (
        <p key={sentence} className={styles.sentence}>
          {sentence}
        </p>
      ))}
      <Details summary={t("common.details")}>
        <div className={styles.analyst}>
          <DataTable
            caption={t("plan.limits")}
            table={{
              columns: [t("plan.limit"), t("plan.used"), t("plan.allowed"), t("plan.shadowPrice")],
              rows: constraints.map((constraint) => [
                format.say(constraint.label),
                constraint.unit === "days"
                  ? t("plan.days", { count: constraint.used })
                  : amount(constraint.used, constraint.unit, format),
                constraint.unit === "days"
                  ? t("plan.days", { count: constraint.limit })
                  : amount(constraint.limit, constraint.unit, format),
                shadowPrice(constraint.shadow_price),
              ]),
            }}
          />
          {understood.readings.map((reading) => (
            <p key={reading.size_kind} className={styles.sentence}>
              {format.say(reading.sentence)}
            </p>
          ))}
          <Facts
            facts={[
              ...(certificate
                ? [
                    {
                      name: t("plan.bound"),
                      value: certificate.bound.toPrecision(6),
                      under: t("plan.boundUnder"),
                    },
                    { name: t("plan.value"), value: certificate.value.toPrecision(6) },
                    { name: t("plan.gap"), value: format.percent(certificate.gap, 3) },
                  ]
                : []),
              ...(provable
                ? [{ name: t("plan.detectable"), value: format.lift(provable.detectable, plan.lift_kind) }]
                : []),
              ...(forecast
                ? [
                    {
                      name: t("plan.hash"),
                      value: <code>{forecast.hash.slice(0, 16)}</code>,
                      under: t("plan.hashUnder"),
                    },
                  ]
                : []),
            ]}
          />
        </div>
      </Details>
    </Card>
  );
}

function amount(value: number, unit: Views["Constraint"]["unit"], format: Format): string {
  return unit === "fen" ? format.money(Math.round(value)) : format.people(value);
}

function shadowPrice(price: number | null): string {
  if (price === null) return "—";
  return price === 0 ? "0" : price.toPrecision(3);
}
