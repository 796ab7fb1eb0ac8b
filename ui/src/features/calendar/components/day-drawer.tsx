/** One day whole: who sends, what each channel carries, and what clashes. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { SideDrawer } from "@/shared/parts/side-drawer";
import { useFormat } from "@/shared/words/use-format";
import type { Calendar, CalendarDay, Conflict, Sender } from "../api/calendar";
import { conflictsOn, sendersOn, shopDay, shopHour } from "../model/lanes";
import days from "./calendar.module.css";
import { ConflictList } from "./conflict-list";
import { DayMarks } from "./day-head";
import styles from "./load.module.css";
import { LoadTable } from "./load-bars";

interface DayDrawerProps {
  calendar: Calendar;
  day: string | null;
  onClose(): void;
  onPeople(conflict: Conflict): void;
}

export function DayDrawer({ calendar, day, onClose, onPeople }: DayDrawerProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const shown = calendar.days.find((each) => each.day === day);
  /** What the marks leave out: the lunar day of a festival, or what the day is around. */
  const beside = (one: CalendarDay) =>
    one.festivals.some((each) => each.itself)
      ? format.say(one.lunar)
      : one.festivals.map((each) => format.say(each.name)).join(" · ");
  const senders = shown ? sendersOn(calendar.senders, shown.day) : [];
  const always = calendar.senders.filter((each) => each.kind === "always");
  const conflicts = shown ? conflictsOn(calendar.conflicts, shown.day) : [];
  return (
    <SideDrawer
      open={shown !== undefined}
      onClose={onClose}
      title={shown ? format.day(`${shown.day}T12:00:00`) : ""}
      side="right"
    >
      {shown ? (
        <div className={styles.drawer}>
          <p className={days.head}>
            <DayMarks day={shown} />
            {shown.festivals.length > 0 ? <span className={styles.soft}>{beside(shown)}</span> : null}
          </p>
          <ConflictList conflicts={conflicts} all onPeople={onPeople} />
          <section>
            <h3>{t("calendar.runs")}</h3>
            {senders.length === 0 ? <p className={styles.soft}>{t("calendar.nothingRuns")}</p> : null}
            <ul className={styles.senders}>
              {senders.map((each) => (
                <SenderLine key={each.id} sender={each} day={shown.day} />
              ))}
            </ul>
            {always.length > 0 ? (
              <p className={styles.soft}>
                {t("calendar.always")}
                {always.map((each) => (
                  <Link key={each.id} to={addressOf(each)} className={styles.always}>
                    {each.name}
                  </Link>
                ))}
              </p>
            ) : null}
          </section>
          {shown.load.length > 0 ? (
            <section className={styles.scroll}>
              <h3>{t("calendar.load")}</h3>
              <LoadTable load={shown.load} />
            </section>
          ) : null}
        </div>
      ) : null}
    </SideDrawer>
  );
}

function SenderLine({ sender, day }: { sender: Sender; day: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const times = sender.occasions.filter((each) => shopDay(each) === day).map(shopHour);
  return (
    <li>
      <Link to={addressOf(sender)}>{sender.name}</Link>
      <span className={styles.soft}>
        {[
          ...times,
          ...sender.channels.map((each) => format.say(each)),
          t("calendar.people", { count: sender.people, people: format.people(sender.people) }),
          t(`campaign.status.${sender.state}`),
        ].join(" · ")}
      </span>
    </li>
  );
}

function addressOf(sender: Sender): string {
  return sender.kind === "campaign" ? `/campaigns/${sender.id}` : `/journeys/${sender.id}/edit`;
}
