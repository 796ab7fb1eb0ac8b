/** Members by day. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { useLook } from "@/shared/appearance";
import { Chart } from "@/shared/chart/chart";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import { trendOption } from "../model/trend";

export function Trend({ trend }: { trend: Views["TrendPoint"][] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const look = useLook();
  const option = useMemo(() => trendOption(trend, look, format), [trend, look, format]);
  const first = trend[0];
  const last = trend.at(-1);
  if (first === undefined || last === undefined || first === last) return null;
  const change = last.count - first.count;
  const since = { date: format.date(first.at), people: format.people(Math.abs(change)) };
  const title =
    change === 0 ? t("audience.same", since) : t(change > 0 ? "audience.grew" : "audience.shrank", since);
  return (
    <Card title={t("audience.trend")}>
      <Chart
        title={title}
        option={option}
        heightPx={160}
        table={{
          columns: [t("audience.day"), t("audience.members")],
          rows: trend.map((point) => [format.date(point.at), format.people(point.count)]),
        }}
      />
    </Card>
  );
}
