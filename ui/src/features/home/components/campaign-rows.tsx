/** A row each: what it is for, how its lift went and where it stands, what was spent, and what comes next. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { someTold } from "@/shared/chart/course";
import { Sparkline } from "@/shared/chart/sparkline";
import { useFormat } from "@/shared/words/use-format";
import type { CampaignRow } from "../api/home";
import styles from "./rows.module.css";

const SHOWN = 5;

export function CampaignRows({ campaigns }: { campaigns: CampaignRow[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const shown = campaigns.slice(0, SHOWN);
  const reach = Math.max(
    ...shown.flatMap(({ lift }) => (lift ? [Math.abs(lift.low), Math.abs(lift.high ?? lift.value)] : [])),
    0.001,
  );
  return (
    <ul className={styles.rows}>
      {shown.map((each) => (
        <li key={each.campaign_id} data-course>
          <div className={styles.what}>
            <Link to={`/campaigns/${each.campaign_id}`}>{each.goal}</Link>
            <span>{format.say(each.sentence)}</span>
          </div>
          <Sparkline looks={each.looks} />
          <div className={styles.band}>
            {each.lift ? (
              <>
                <b>{format.lift(each.lift.value, each.lift_kind)}</b>
                <Band lift={each.lift} reach={reach} />
              </>
            ) : (
              <span>{t(someTold(each.looks) ? "campaign.noPercent" : "campaign.noLift")}</span>
            )}
          </div>
          <div className={styles.next}>
            <span>{t("home.spent", { spent: format.yuan(each.spend.spent) })}</span>
            <span>
              {each.status === "done"
                ? t("home.ended", { at: format.date(each.ends_at) })
                : t("home.ends", { at: format.date(each.ends_at) })}
            </span>
          </div>
        </li>
      ))}
    </ul>
  );
}

/** The interval on a scale that all rows share, with zero in the middle. */
function Band({ lift, reach }: { lift: NonNullable<CampaignRow["lift"]>; reach: number }) {
  const at = (value: number) => 50 + (value / reach) * 48;
  const high = lift.high === null ? 100 : at(lift.high);
  const clear = lift.low > 0 ? "better" : high < 50 ? "worse" : "unclear";
  return (
    <svg className={styles.track} viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
      <line className={styles.zero} x1="50" x2="50" y1="0" y2="12" />
      <rect
        className={styles.interval}
        data-clear={clear}
        x={at(lift.low)}
        width={Math.max(high - at(lift.low), 0.8)}
        y="3"
        height="6"
        rx="1"
      />
      <line
        className={styles.point}
        data-clear={clear}
        x1={at(lift.value)}
        x2={at(lift.value)}
        y1="1"
        y2="11"
      />
    </svg>
  );
}
