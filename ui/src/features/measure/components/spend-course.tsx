/** Money so far beside the course that the plan foresaw. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useLook } from "@/shared/appearance";
import { Chart } from "@/shared/chart/chart";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import type { Live } from "../api/live";
import { SPEND_HEIGHT_PX, spendOption } from "../model/spend";

export function SpendCourse({ spend, pace }: { spend: Live["spend"]; pace: Live["pace_words"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const look = useLook();
  const words = useMemo(() => ({ spent: t("live.spent"), planned: t("live.planned") }), [t]);
  const option = useMemo(() => spendOption(spend, look, format, words), [spend, look, format, words]);
  if (spend.length < 2) return null;
  return (
    <Card title={t("live.money")}>
      <Chart
        title={pace ? format.say(pace) : t("live.spendCourse")}
        option={option}
        heightPx={SPEND_HEIGHT_PX}
        table={{
          columns: [t("live.hour"), words.spent, words.planned],
          rows: spend.map((point) => [
            format.moment(point.at),
            format.money(point.spent),
            format.money(point.planned),
          ]),
        }}
      />
    </Card>
  );
}
