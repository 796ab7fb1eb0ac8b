/** A day as wall calendars show it: its number, what the Chinese calendar says, off or at work, and its festivals. */
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/words/use-format";
import type { CalendarDay } from "../api/calendar";
import styles from "./calendar.module.css";

export function DayMarks({ day }: { day: CalendarDay }) {
  const { t } = useTranslation();
  const format = useFormat();
  const own = day.festivals.find((each) => each.itself);
  const around = day.festivals.map((each) => format.say(each.name)).join(" · ");
  const off = day.kind === "holiday";
  return (
    <>
      {off || day.kind === "moved_workday" ? (
        <span className={styles.mark} data-off={off}>
          <span aria-hidden="true">{off ? t("calendar.off") : t("calendar.work")}</span>
          <span className="only-read">{off ? t("calendar.offLong") : t("calendar.workLong")}</span>
        </span>
      ) : null}
      {own ? (
        <span className={styles.festival}>{format.say(own.name)}</span>
      ) : (
        <span className={styles.lunar} data-around={around !== ""} title={around || undefined}>
          {format.say(day.lunar)}
          {around ? <span className="only-read"> {around}</span> : null}
        </span>
      )}
    </>
  );
}
