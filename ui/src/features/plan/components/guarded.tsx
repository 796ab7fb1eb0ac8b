/** What the plan does to outcomes that it must not harm. */
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { Facts } from "@/shared/parts/facts";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";

export function Guarded({ guarded }: { guarded: Views["GuardedOutcome"][] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card title={t("plan.guarded")}>
      <Facts
        facts={guarded.map((each) => ({
          name: `${format.say(each.metric.name)}${each.named ? t("plan.guardedNamed") : ""}`,
          value: t(`plan.guardedStanding.${each.standing}`),
          under: format.say(each.sentence),
        }))}
      />
    </Card>
  );
}
