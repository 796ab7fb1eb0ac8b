/** How good the data are: by source over time, and the fields with the most faults. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { useLook } from "@/shared/appearance";
import { Chart } from "@/shared/chart/chart";
import { Facts } from "@/shared/parts/facts";
import { EmptyNote } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import { points, qualityOption } from "../model/quality";
import styles from "./data.module.css";
import { DayBars } from "./day-bars";
import { useSourceName } from "./source-list";

type Quality = Views["DataQuality"];
type Source = Views["QualitySource"];

export function QualityReport({ quality }: { quality: Quality }) {
  return (
    <>
      {quality.sources.map((source) => (
        <SourceQuality key={source.source} source={source} />
      ))}
      <Fields quality={quality} />
    </>
  );
}

function SourceQuality({ source }: { source: Source }) {
  const { t } = useTranslation();
  const format = useFormat();
  const look = useLook();
  const named = { source_id: source.source, kind: source.kind as "tracking", name: source.name };
  const name = useSourceName()(named);
  const nowMs = useMemo(() => Date.now(), []);
  const option = useMemo(() => qualityOption(source, nowMs, look, format), [source, nowMs, look, format]);
  const share = (value: number | null) => (value === null ? "—" : format.percent(value));
  const days = points(source.recognised_by_day, nowMs).length;
  return (
    <Card title={name}>
      <Facts
        facts={[
          { name: t("data.cameInMonth"), value: format.people(source.events) },
          { name: t("data.recognisedShare"), value: share(source.recognised) },
          { name: t("data.refusedShare"), value: share(source.refused) },
          { name: t("data.repeatedShare"), value: share(source.repeated) },
        ]}
      />
      {days > 1 ? (
        <div className={styles.chart}>
          <Chart
            title={t("data.qualityLine", {
              recognised: share(source.recognised),
              refused: share(source.refused),
            })}
            caption={t("data.qualityLegend")}
            option={option}
            heightPx={160}
            table={{
              columns: [t("audience.day"), t("data.recognisedShare"), t("data.refusedShare")],
              rows: source.recognised_by_day.map((recognised, day) => [
                format.date(
                  new Date(nowMs - (source.recognised_by_day.length - 1 - day) * 86_400_000).toISOString(),
                ),
                share(recognised),
                share(source.refused_by_day[day] ?? null),
              ]),
            }}
          />
        </div>
      ) : null}
    </Card>
  );
}

function Fields({ quality }: { quality: Quality }) {
  const { t } = useTranslation();
  const format = useFormat();
  const share = (value: number) => (value === 0 ? "—" : format.percent(value));
  const title = t("data.fieldFaults", { count: quality.fields.length, checked: quality.fields_checked });
  if (quality.fields.length === 0) {
    return (
      <Card title={t("data.fields")}>
        <EmptyNote title={quality.fields_checked > 0 ? t("data.noFaults") : t("data.nothingChecked")} />
      </Card>
    );
  }
  return (
    <Card title={title}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keyboard. */}
      <div className={styles.scroll} tabIndex={0}>
        <table className={styles.table}>
          <caption className="only-read">{title}</caption>
          <thead>
            <tr>
              <th scope="col">{t("data.field")}</th>
              <th scope="col" className={styles.right}>
                {t("data.missing")}
              </th>
              <th scope="col" className={styles.right}>
                {t("data.malformed")}
              </th>
              <th scope="col" className={styles.right}>
                {t("data.outOfRange")}
              </th>
              <th scope="col">{t("data.overTime")}</th>
            </tr>
          </thead>
          <tbody>
            {quality.fields.map((field) => (
              <tr key={`${field.source}|${field.event}|${field.field}`}>
                <th scope="row">
                  {field.field}
                  <span className={styles.under}>
                    {`${field.event} · ${field.source} · ${t("data.sampled", { count: field.sampled })}`}
                  </span>
                </th>
                <td className={styles.right}>{share(field.missing)}</td>
                <td className={styles.right}>{share(field.malformed)}</td>
                <td className={styles.right}>{share(field.out_of_range)}</td>
                <td>
                  <DayBars values={field.by_day} label={t("data.overTime")} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
