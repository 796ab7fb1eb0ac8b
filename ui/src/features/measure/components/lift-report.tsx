/** What the campaign changed: lift in words, over the looks, and beside the forecast that was frozen at launch. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useLook } from "@/shared/appearance";
import { Chart } from "@/shared/chart/chart";
import { someTold } from "@/shared/chart/course";
import { Note } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import type { Report } from "../api/campaigns";
import { againstForecastOption } from "../model/against-forecast";
import { LOOKS_HEIGHT_PX, looksOption } from "../model/looks";
import { clearness, verdictTone } from "../model/status";

export function LiftSentence({ report }: { report: Report }) {
  const format = useFormat();
  return (
    <>
      <Note tone={verdictTone[report.verdict]} title={format.say(report.sentence)}>
        {report.next ? <p>{format.say(report.next)}</p> : null}
      </Note>
      {report.warnings?.map((warning) => (
        <Note key={warning.en} tone="decide" title={format.say(warning)} />
      ))}
    </>
  );
}

export function LiftOverTime({ report }: { report: Report }) {
  const { t } = useTranslation();
  const format = useFormat();
  const look = useLook();
  const option = useMemo(
    () =>
      looksOption(report, look, format, {
        goal: t("campaign.goal"),
        heldOut: t("campaign.heldOut"),
        measured: t("campaign.measured"),
      }),
    [report, look, format, t],
  );
  const { lift, lift_kind: kind } = report;
  const clear = ["better", "worse"].includes(clearness(lift));
  const title = lift
    ? t(looksTitle(report.status === "final", clear), { lift: format.moreOrLess(lift.value, kind) })
    : t(someTold(report.looks) ? "campaign.looksNoPercent" : "campaign.looksEarly");
  return (
    <Card title={t("campaign.overTime")}>
      <Chart
        title={title}
        option={option}
        heightPx={LOOKS_HEIGHT_PX}
        caption={t("campaign.looksCaption")}
        table={{
          columns: [
            t("campaign.look"),
            t("campaign.lift"),
            t("campaign.range"),
            t("campaign.treated"),
            t("campaign.heldOut"),
          ],
          rows: report.looks.map((at) => [
            format.moment(at.at),
            at.lift
              ? format.lift(at.lift.value, kind)
              : t(at.treated ? "campaign.noPercent" : "campaign.ahead"),
            at.lift ? format.liftRange(at.lift.low, at.lift.high, kind) : "—",
            format.people(at.treated),
            format.people(at.held_out),
          ]),
        }}
      />
    </Card>
  );
}

function looksTitle(final: boolean, clear: boolean) {
  if (final) return clear ? ("campaign.looksFinal" as const) : ("campaign.looksFinalUnclear" as const);
  return clear ? ("campaign.looksSoFar" as const) : ("campaign.looksSoFarUnclear" as const);
}

export function AgainstForecast({ report }: { report: Report }) {
  const { t } = useTranslation();
  const format = useFormat();
  const look = useLook();
  const option = useMemo(
    () =>
      againstForecastOption(report, look, format, {
        forecast: t("campaign.forecast"),
        measured: t("campaign.measured"),
        goal: t("campaign.goal"),
      }),
    [report, look, format, t],
  );
  const { forecast, lift, lift_kind: kind } = report;
  const [low = 0, high = 0] = forecast.i90;
  const inside = lift !== null && lift.value >= low && lift.value <= high;
  const title =
    lift === null
      ? t(someTold(report.looks) ? "campaign.looksNoPercent" : "campaign.againstEarly")
      : t(inside ? "campaign.inside" : "campaign.outside");
  return (
    <Card title={t("campaign.against")}>
      <Chart
        title={title}
        option={option}
        heightPx={190}
        table={{
          columns: [t("campaign.what"), t("campaign.lift"), t("campaign.range")],
          rows: [
            [t("campaign.forecast"), format.lift(forecast.point, kind), format.liftRange(low, high, kind)],
            [
              t("campaign.measured"),
              lift ? format.lift(lift.value, kind) : "—",
              lift ? format.liftRange(lift.low, lift.high, kind) : "—",
            ],
          ],
        }}
      />
    </Card>
  );
}
