/** The forecast fan with the goal line, its message as a sentence. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { useLook } from "@/shared/appearance";
import { Chart } from "@/shared/chart/chart";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import type { Plan } from "../api/plans";
import { FAN_HEIGHT_PX, fanOption } from "../model/fan";

export function Forecast({ plan, forecast }: { plan: Plan; forecast: Views["Forecast"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const look = useLook();
  const { goal_lift: goal, lift_kind: kind } = plan;
  const windowDays = plan.understood.window_days ?? 30;
  const option = useMemo(
    () =>
      fanOption({ forecast, goal, kind, windowDays }, look, format, {
        day: (count) => t("plan.day", { count }),
        goal: t("plan.goal"),
        forecast: t("plan.forecastShort"),
        nobody: t("plan.nobody"),
      }),
    [forecast, goal, kind, windowDays, look, format, t],
  );
  const range = ([low = 0, high = 0]: number[]) => format.liftRange(low, high, kind);
  const title = t(forecast.assumed ? "plan.forecastAssumed" : "plan.forecastSentence", {
    point: format.moreOrLess(forecast.point, kind),
    range: range(forecast.i90),
  });
  return (
    <Card title={t("plan.forecast")}>
      <Chart
        title={title}
        option={option}
        heightPx={FAN_HEIGHT_PX}
        caption={t("plan.fanCaption")}
        table={{
          columns: [t("plan.sure"), t("plan.range")],
          rows: [
            [t("plan.point"), format.lift(forecast.point, kind)],
            ["50%", range(forecast.i50)],
            ["80%", range(forecast.i80)],
            ["90%", range(forecast.i90)],
          ],
        }}
      />
    </Card>
  );
}
