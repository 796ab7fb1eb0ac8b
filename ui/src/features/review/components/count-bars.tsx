/** Counts as bars, their names written out in full; a row of the ledger leads to the people in it. */
import { Link } from "react-router";
import { useFormat } from "@/shared/words/use-format";
import type { ReviewChart } from "../api/reviews";
import styles from "./review.module.css";

interface CountBarsProps {
  chart: ReviewChart;
  /** Whose ledger the rows are of. */
  campaignId?: string | undefined;
}

export function CountBars({ chart, campaignId }: CountBarsProps) {
  const format = useFormat();
  const most = Math.max(...chart.bars.map((bar) => bar.value), 1);
  return (
    <ul className={styles.counts} aria-label={format.say(chart.title)}>
      {chart.bars.map((bar) => {
        const row = (
          <>
            <span>{format.say(bar.label)}</span>
            <span className={styles.count}>{format.say(bar.text)}</span>
            <span className={styles.track} aria-hidden="true">
              <span data-tone={bar.tone} style={{ width: `${(bar.value / most) * 100}%` }} />
            </span>
          </>
        );
        const search = String(new URLSearchParams({ state: bar.state, reason: bar.reason }));
        return (
          <li key={`${bar.state}|${bar.reason}|${bar.label.en}`}>
            {campaignId && bar.state ? (
              <Link to={`/campaigns/${campaignId}?${search}`}>{row}</Link>
            ) : (
              <span>{row}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
