/** The same days one under the other, for a narrow screen: only those on which there is something. */
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/words/use-format";
import type { Calendar } from "../api/calendar";
import { weekday } from "../model/days";
import { conflictsOn, sendersOn } from "../model/lanes";
import styles from "./calendar.module.css";
import { DayMarks } from "./day-head";
import { LoadBars } from "./load-bars";

const NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

interface DayListProps {
  calendar: Calendar;
  /** Only days of this month; empty for all. */
  month: string;
  onDay(day: string): void;
}

export function DayList({ calendar, month, onDay }: DayListProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const days = calendar.days.filter(({ day }) => day.startsWith(month));
  const shown = days.filter(
    ({ day, kind, load, festivals }) =>
      day === calendar.today ||
      kind === "moved_workday" ||
      load.length > 0 ||
      festivals.some((each) => each.itself) ||
      starting(calendar, day).length > 0 ||
      conflictsOn(calendar.conflicts, day).length > 0,
  );
  return (
    <ul className={styles.list}>
      {shown.map((day) => {
        const clashes = conflictsOn(calendar.conflicts, day.day).filter((each) => each.harm).length;
        return (
          <li key={day.day}>
            <button
              type="button"
              className={styles.row}
              data-kind={day.kind}
              aria-current={day.day === calendar.today ? "date" : undefined}
              onClick={() => onDay(day.day)}
            >
              <span className={styles.head}>
                <b>{format.date(`${day.day}T12:00:00`)}</b>
                <span>{t(`calendar.weekday.${NAMES[weekday(day.day)] ?? "mon"}`)}</span>
                <DayMarks day={day} />
              </span>
              {starting(calendar, day.day).map((each) => (
                <span key={each.id} className={styles.chip} data-kind={each.kind} data-state={each.state}>
                  {each.name}
                </span>
              ))}
              {clashes > 0 ? (
                <span className={styles.clash}>{t("calendar.clashes", { count: clashes })}</span>
              ) : null}
              <LoadBars load={day.load} />
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** Campaigns on the day they begin, journeys on each day they run. */
function starting(calendar: Calendar, day: string) {
  return sendersOn(calendar.senders, day).filter((each) => each.kind !== "campaign" || each.first === day);
}
