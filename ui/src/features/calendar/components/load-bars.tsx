/** What each channel carries on a day, beside what it can: a bar, and the numbers in words. */
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/words/use-format";
import type { Load } from "../api/calendar";
import styles from "./load.module.css";

export function LoadBars({ load, shown }: { load: Load[]; shown?: number | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ul className={styles.loads}>
      {load.slice(0, shown).map((each) => (
        <li key={each.channel} data-over={each.over > 0}>
          <span>
            {format.say(each.name)} {format.people(each.messages)}
            {each.over > 0 ? <b> {t("calendar.over", { over: format.people(each.over) })}</b> : null}
          </span>
          {each.limit === null ? null : (
            <span
              className={styles.meter}
              role="img"
              aria-label={t("calendar.ofLimit", { limit: format.people(each.limit) })}
            >
              <i style={{ width: `${Math.min(100, (100 * each.messages) / Math.max(each.limit, 1))}%` }} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** The parts of which a day's load is made. */
export function LoadTable({ load }: { load: Load[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th>{t("calendar.channel")}</th>
          {(["sent", "queued", "planned", "usual", "limit"] as const).map((part) => (
            <th key={part}>{t(`calendar.part.${part}`)}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {load.map((each) => (
          <tr key={each.channel}>
            <th>{format.say(each.name)}</th>
            {([each.sent, each.queued, each.planned, each.usual, each.limit] as const).map((count, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the five columns never move.
              <td key={place}>{count === null ? t("calendar.noLimit") : format.people(count)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
