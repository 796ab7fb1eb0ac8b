/** Every forecast that was launched beside what came true, one row each, on one scale a row can be read by. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Badge } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import type { ForecastRow } from "../api/scorecard";
import { Ranges } from "./ranges";
import styles from "./scorecard.module.css";

export function ForecastTable({ rows }: { rows: ForecastRow[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ul className={styles.rows}>
      {rows.map((row) => (
        <li key={row.campaign_id}>
          <div className={styles.goal}>
            <Link to={`/results/reviews/${row.campaign_id}`}>{row.goal}</Link>
            <span>{format.day(row.ended_at)}</span>
          </div>
          <Ranges row={row} />
          <dl className={styles.numbers}>
            <div>
              <dt>{t("scorecard.forecast")}</dt>
              <dd>{format.lift(row.forecast, row.kind)}</dd>
            </div>
            <div>
              <dt>{t("scorecard.measured")}</dt>
              <dd>{format.lift(row.measured, row.kind)}</dd>
            </div>
          </dl>
          <Badge tone={row.assumed ? "plain" : row.inside ? "good" : "decide"}>
            {t(row.assumed ? "scorecard.assumed" : row.inside ? "scorecard.inside" : "scorecard.outside")}
          </Badge>
        </li>
      ))}
    </ul>
  );
}
