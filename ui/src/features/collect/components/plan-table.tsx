/** Events as they were seen beside what is planned: what is new, what never comes, what breaks its rule. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Badge, type Tone } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import type { EventRow } from "../api/data";
import { type Standing, standing } from "../model/plan";
import styles from "./data.module.css";

const tones: Record<Standing, Tone> = { planned: "good", unplanned: "decide", unseen: "plain" };

export function PlanTable({ events }: { events: EventRow[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <caption className="only-read">{t("data.nav.plan")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("data.event")}</th>
            <th scope="col">{t("data.standing")}</th>
            <th scope="col" className={styles.right}>
              {t("data.month")}
            </th>
            <th scope="col">{t("data.last")}</th>
            <th scope="col" className={styles.right}>
              {t("data.breaking")}
            </th>
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <tr key={event.name}>
              <th scope="row">
                <Link to={`/data/plan?event=${encodeURIComponent(event.name)}`}>{event.name}</Link>
                <span className={styles.under}>
                  {t("data.propertyCount", { count: event.properties.length })}
                </span>
              </th>
              <td>
                <Badge tone={tones[standing(event)]}>{t(`data.stands.${standing(event)}`)}</Badge>
              </td>
              <td className={styles.right}>{format.people(event.events)}</td>
              <td>{event.last_at ? format.moment(event.last_at) : "—"}</td>
              <td className={styles.right}>
                {event.plan === null || event.sampled === 0 ? "—" : format.percent(event.breaking, 0)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
