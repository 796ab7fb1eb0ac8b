/** The ledger: every bar leads to the people in it and says the reason. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Note } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import type { Ledger } from "../api/ledger";
import { waterfallOf } from "../model/waterfall";
import styles from "./ledger.module.css";

export function LedgerBars({ ledger }: { ledger: Ledger }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { steps, unaccounted } = waterfallOf(ledger);
  return (
    <Card
      title={t("ledger.title")}
      aside={<span className={styles.as}>{t("ledger.asOf", { at: format.moment(ledger.as_of) })}</span>}
    >
      <ol className={styles.bars}>
        <li className={styles.whole}>
          <span className={styles.label}>{t("ledger.qualified")}</span>
          <span className={styles.count}>{format.people(ledger.qualified)}</span>
          <span className={styles.track} aria-hidden="true">
            <span className={styles.bar} style={{ width: "100%" }} />
          </span>
        </li>
        {steps.map(({ row, start, length }) => (
          <li key={`${row.state}|${row.reason}`} data-kind={row.kind}>
            <Link
              to={{ search: String(new URLSearchParams({ state: row.state, reason: row.reason })) }}
              preventScrollReset
            >
              <span className={styles.label}>
                {format.say(row.label)}
                <span className={styles.kind}>{t(`ledger.kind.${row.kind}`)}</span>
              </span>
              <span className={styles.count}>
                {format.people(row.people)}{" "}
                <span className={styles.share}>{format.percent(length, length < 0.1 ? 1 : 0)}</span>
              </span>
              <span className={styles.track} aria-hidden="true">
                <span
                  className={styles.bar}
                  style={{ marginLeft: `${start * 100}%`, width: `${length * 100}%` }}
                />
              </span>
            </Link>
          </li>
        ))}
      </ol>
      {unaccounted === 0 ? null : (
        <Note
          tone="harm"
          title={t("ledger.unaccounted", { people: format.people(Math.abs(unaccounted)) })}
          role="alert"
        />
      )}
    </Card>
  );
}
