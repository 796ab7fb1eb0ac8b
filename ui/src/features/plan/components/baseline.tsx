/** Where we are when nothing is done. */
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { Facts } from "@/shared/parts/facts";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import type { Plan } from "../api/plans";
import { Diagnosis } from "./diagnosis";

export function Baseline({ plan, baseline }: { plan: Plan; baseline: Views["Baseline"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { metric, window_days } = plan.understood;
  const unit = metric?.unit ?? "share";
  const range = { low: format.metric(baseline.low, unit), high: format.metric(baseline.high, unit) };
  return (
    <Card title={t("plan.baseline")}>
      <Facts
        large
        facts={[
          {
            name: metric ? format.say(metric.name) : t("plan.baseline"),
            value: format.metric(baseline.value, unit),
            under: t("plan.nineOfTen", range),
          },
          {
            name: t("plan.counted"),
            value: format.people(baseline.people),
            under: t("plan.countedUnder", { days: window_days ?? "—" }),
          },
          { name: t("plan.eligible"), value: format.people(plan.eligible), under: t("plan.eligibleUnder") },
        ]}
      />
      {plan.diagnosis ? <Diagnosis found={plan.diagnosis} /> : null}
    </Card>
  );
}
