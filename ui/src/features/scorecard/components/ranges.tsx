/** One row's forecast as nested bars and the measured lift as a dot with its range, zero dashed. */
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/words/use-format";
import type { ForecastRow } from "../api/scorecard";
import styles from "./scorecard.module.css";

export function Ranges({ row }: { row: ForecastRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  const ends = [
    0,
    ...row.i90,
    row.forecast,
    row.measured,
    ...row.measured_range.map((end) => end ?? row.measured * 1.5),
  ];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const wide = high - low || 1;
  const at = (value: number) => `${((value - low) / wide) * 100}%`;
  const span = ([from, to]: (number | null)[]) => ({
    left: at(from ?? low),
    width: `${(((to ?? high) - (from ?? low)) / wide) * 100}%`,
  });
  const said = t("scorecard.said", {
    forecast: format.liftRange(row.i90[0] ?? 0, row.i90[1] ?? 0, row.kind),
    measured: format.lift(row.measured, row.kind),
  });
  return (
    <div className={styles.ranges} role="img" aria-label={said} title={said}>
      <span className={styles.zero} style={{ left: at(0) }} />
      <span className={styles.ninety} style={span(row.i90)} />
      <span className={styles.eighty} style={span(row.i80)} />
      <span className={styles.fifty} style={span(row.i50)} />
      <span className={styles.measuredRange} data-inside={row.inside} style={span(row.measured_range)} />
      <span className={styles.dot} data-inside={row.inside} style={{ left: at(row.measured) }} />
    </div>
  );
}
