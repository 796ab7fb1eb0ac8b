/** What goes out today, by channel and beside what it carries, with what clashes; the calendar has the rest. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { calendarOptions } from "@/features/calendar/api/calendar";
import { LoadBars } from "@/features/calendar/components/load-bars";
import { shopDay } from "@/features/calendar/model/lanes";
import styles from "@/features/home/components/home.module.css";
import { Card } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";

export function TodaySends({ now }: { now: string }) {
  const { t } = useTranslation();
  const day = shopDay(now);
  const calendar = useQuery(calendarOptions(day, day));
  return (
    <Card title={t("home.sends")} aside={<Link to="/calendar">{t("calendar.title")}</Link>}>
      <Shown query={calendar} lines={2}>
        {({ days, conflicts }) => {
          const load = days[0]?.load ?? [];
          const clashes = conflicts.filter((each) => each.harm).length;
          return (
            <>
              {load.length > 0 ? (
                <div className={styles.sends}>
                  <LoadBars load={load} />
                </div>
              ) : (
                <p className={styles.soft}>{t("home.noSends")}</p>
              )}
              {clashes > 0 ? (
                <p className={styles.soft}>
                  <Link to={`/calendar?open=${day}`}>{t("calendar.clashes", { count: clashes })}</Link>
                </p>
              ) : null}
            </>
          );
        }}
      </Shown>
    </Card>
  );
}
