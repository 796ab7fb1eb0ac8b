/** Everything that happened, newest first, day by day. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Views } from "@/shared/api/client";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import type { Profile } from "../api/profiles";
import { byDay } from "../model/by-day";
import styles from "./person.module.css";

export function Timeline({ profile }: { profile: Profile }) {
  const { t } = useTranslation();
  const format = useFormat();
  const days = byDay(profile.timeline, format);
  return (
    <Card title={t("person.timeline")}>
      {days.length === 0 ? <p className={styles.quiet}>{t("person.nothing")}</p> : null}
      {days.map(({ day, moments }) => (
        <section key={day} className={styles.day}>
          <h3>{day}</h3>
          <ol>
            {moments.map((moment) => (
              <li key={`${moment.at}|${moment.name}`} data-kind={moment.kind}>
                <time dateTime={moment.at}>{format.hour(moment.at)}</time>
                <div>
                  <Happened moment={moment} />
                  {moment.detail ? (
                    <span className={styles.detail} title={moment.codes ?? undefined}>
                      {format.say(moment.detail)}
                    </span>
                  ) : null}
                </div>
              </li>
            ))}
          </ol>
        </section>
      ))}
    </Card>
  );
}

function Happened({ moment }: { moment: Views["Moment"] }) {
  const format = useFormat();
  const label = format.say(moment.label);
  if (moment.campaign_id) {
    return (
      <Link to={`?campaign=${encodeURIComponent(moment.campaign_id)}`} preventScrollReset>
        {label}
      </Link>
    );
  }
  return moment.audience_id ? (
    <Link to={`/audiences/${moment.audience_id}`}>{label}</Link>
  ) : (
    <span>{label}</span>
  );
}
