/** What is sent on which day, and what gets in each other's way? */
import { LeftOutlined, RightOutlined } from "@ant-design/icons";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Button, Segmented } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { bothOptions, type Calendar, type Conflict, calendarOptions } from "@/features/calendar/api/calendar";
import styles from "@/features/calendar/components/calendar.module.css";
import { ConflictList } from "@/features/calendar/components/conflict-list";
import { DayDrawer } from "@/features/calendar/components/day-drawer";
import { DayList } from "@/features/calendar/components/day-list";
import { MonthGrid } from "@/features/calendar/components/month-grid";
import { spanOf, turned, type View } from "@/features/calendar/model/days";
import { shopDay } from "@/features/calendar/model/lanes";
import { healthOptions } from "@/features/home/api/home";
import { useLook } from "@/shared/appearance";
import { Card, Page } from "@/shared/parts/page";
import { PeopleDrawer } from "@/shared/parts/people-drawer";
import { Shown } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";

const DAY = /^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const STAY = { preventScrollReset: true };

export function CalendarPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const [search] = useSearchParams();
  const view: View = search.get("view") === "week" ? "week" : "month";
  const asked = search.get("day") ?? "";
  const health = useQuery({ ...healthOptions(), enabled: !DAY.test(asked) });
  const today = health.data ? shopDay(health.data.now) : "";
  const day = DAY.test(asked) ? asked : today;
  const span = spanOf(view, day || "2026-01-01");
  const calendar = useQuery({ ...calendarOptions(span.from, span.to), enabled: day !== "" });
  return (
    <Page
      title={t("calendar.title")}
      lead={calendar.data ? format.say(calendar.data.sentence) : t("calendar.lead")}
      action={<Link to="/campaigns">{t("calendar.toCampaigns")}</Link>}
    >
      <Shown query={calendar} lines={12}>
        {(found) => <Whole calendar={found} view={view} day={day} />}
      </Shown>
    </Page>
  );
}

interface WholeProps {
  calendar: Calendar;
  view: View;
  day: string;
}

function Whole({ calendar, view, day }: WholeProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { narrow } = useLook();
  const [search, setSearch] = useSearchParams();
  const ask = (changed: Record<string, string | null>) =>
    setSearch((before) => {
      for (const [name, value] of Object.entries(changed))
        value === null ? before.delete(name) : before.set(name, value);
      return before;
    }, STAY);
  const pair = search.get("pair")?.split(",", 2);
  const both: [string, string] | null = pair?.[0] && pair[1] ? [pair[0], pair[1]] : null;
  const on = search.get("on") ?? "";
  const people = useInfiniteQuery(bothOptions(on, both));
  const month = view === "month" ? day.slice(0, 7) : "";
  const seePeople = (conflict: Conflict) => ask({ pair: conflict.senders.join(","), on: conflict.first });
  const open = (chosen: string) => ask({ open: chosen });
  return (
    <>
      <Card>
        <div className={styles.tools}>
          <div className={styles.turn}>
            <Button
              icon={<LeftOutlined />}
              aria-label={t(`calendar.before.${view}`)}
              onClick={() => ask({ day: turned(view, day, -1) })}
            />
            <h2>
              {view === "month"
                ? format.month(`${day}T12:00:00`)
                : `${format.date(`${calendar.from}T12:00:00`)} – ${format.date(`${calendar.to}T12:00:00`)}`}
            </h2>
            <Button
              icon={<RightOutlined />}
              aria-label={t(`calendar.after.${view}`)}
              onClick={() => ask({ day: turned(view, day, 1) })}
            />
            <Button onClick={() => ask({ day: null })}>{t("calendar.today")}</Button>
          </div>
          <Segmented<View>
            aria-label={t("calendar.view")}
            value={view}
            onChange={(chosen) => ask({ view: chosen === "week" ? "week" : null })}
            options={(["month", "week"] as const).map((value) => ({ value, label: t(`calendar.${value}`) }))}
          />
        </div>
        {narrow ? (
          <DayList calendar={calendar} month={month} onDay={open} />
        ) : (
          <MonthGrid calendar={calendar} month={month} onDay={open} />
        )}
      </Card>
      {calendar.conflicts.length > 0 ? (
        <Card title={t("calendar.conflicts")}>
          <ConflictList conflicts={calendar.conflicts} onDay={open} onPeople={seePeople} />
        </Card>
      ) : null}
      <DayDrawer
        calendar={calendar}
        day={both ? null : search.get("open")}
        onClose={() => ask({ open: null })}
        onPeople={seePeople}
      />
      <PeopleDrawer
        open={both !== null}
        title={t("calendar.both")}
        onClose={() => ask({ pair: null, on: null })}
        people={people}
      />
    </>
  );
}
