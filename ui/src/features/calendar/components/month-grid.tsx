/** Weeks of seven days: bars for what runs, the load at the foot of each day, a mark where something clashes. */
import { useTranslation } from "react-i18next";
import type { Calendar, CalendarDay } from "../api/calendar";
import { weeksOf } from "../model/days";
import { type Bar, barsOf, conflictsOn, shopHour } from "../model/lanes";
import styles from "./calendar.module.css";
import { DayMarks } from "./day-head";
import { LoadBars } from "./load-bars";

const LANES = 3; // In a month; more are counted.

interface GridProps {
  calendar: Calendar;
  /** Days outside this month are faint; empty in a week. */
  month: string;
  onDay(day: string): void;
}

export function MonthGrid({ calendar, month, onDay }: GridProps) {
  const { t } = useTranslation();
  const weeks = weeksOf(calendar.days);
  return (
    <div className={styles.grid}>
      <div className={styles.weekdays} aria-hidden="true">
        {(["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const).map((name) => (
          <span key={name}>{t(`calendar.weekday.${name}`)}</span>
        ))}
      </div>
      {weeks.map((week) => (
        <Week
          key={week[0]?.day}
          week={week}
          calendar={calendar}
          month={month}
          onDay={onDay}
          tall={weeks.length === 1}
        />
      ))}
    </div>
  );
}

interface WeekProps extends GridProps {
  week: CalendarDay[];
  tall: boolean;
}

function Week({ week, calendar, month, onDay, tall }: WeekProps) {
  const { t } = useTranslation();
  const bars = barsOf(calendar.senders, week[0]?.day ?? "");
  const lanes = tall ? 99 : LANES;
  const drawn = bars.filter((bar) => bar.lane < lanes);
  const height = Math.max(0, ...drawn.map((bar) => bar.lane + 1));
  return (
    <div className={styles.week} data-tall={tall}>
      {week.map((day, column) => {
        const clashes = conflictsOn(calendar.conflicts, day.day).filter((each) => each.harm).length;
        const hidden = bars.filter(
          (bar) => bar.lane >= lanes && bar.from <= column && column <= bar.to,
        ).length;
        return (
          <button
            key={day.day}
            type="button"
            className={styles.day}
            style={{ gridColumn: column + 1 }}
            data-kind={day.kind}
            data-outside={month !== "" && !day.day.startsWith(month)}
            aria-current={day.day === calendar.today ? "date" : undefined}
            onClick={() => onDay(day.day)}
          >
            <span className={styles.head}>
              <b>{Number(day.day.slice(8))}</b>
              <DayMarks day={day} />
            </span>
            <span className={styles.lanes} style={{ height: height * 22 }} />
            {hidden > 0 ? <span className={styles.more}>{t("calendar.more", { count: hidden })}</span> : null}
            {clashes > 0 ? (
              <span className={styles.clash}>{t("calendar.clashes", { count: clashes })}</span>
            ) : null}
            <LoadBars load={day.load} shown={tall ? undefined : 2} />
          </button>
        );
      })}
      {drawn.map((bar) => (
        <BarLine key={`${bar.sender.id}/${bar.from}`} bar={bar} />
      ))}
    </div>
  );
}

function BarLine({ bar }: { bar: Bar }) {
  const { sender } = bar;
  const first = sender.occasions[0];
  return (
    <span
      className={styles.bar}
      style={{ gridColumn: `${bar.from + 1} / ${bar.to + 2}`, top: 34 + bar.lane * 22 }}
      data-kind={sender.kind}
      data-state={sender.state}
      data-before={bar.before}
      data-after={bar.after}
      title={sender.name}
    >
      {sender.kind === "scheduled" && first ? `${shopHour(first)} ` : ""}
      {sender.name}
    </span>
  );
}
