/** Campaigns, newest first: what each was for and what it changed so far. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { someTold } from "@/shared/chart/course";
import { Sparkline } from "@/shared/chart/sparkline";
import { Badge } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import type { CampaignRow } from "../api/campaigns";
import { clearness, statusTone } from "../model/status";
import styles from "./measure.module.css";

interface CampaignListProps {
  campaigns: CampaignRow[];
  /** Where a name leads: the running campaign, or its review. */
  to?: "campaign" | "review";
}

export function CampaignList({ campaigns, to = "campaign" }: CampaignListProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ul className={styles.list}>
      {campaigns.map((campaign) => (
        <li key={campaign.campaign_id}>
          <div className={styles.name}>
            <Link to={`${to === "review" ? "/results/reviews" : "/campaigns"}/${campaign.campaign_id}`}>
              {campaign.goal}
            </Link>
            <span>{format.say(campaign.sentence)}</span>
            {campaign.next_look_at ? (
              <span>{t("live.nextLook", { at: format.date(campaign.next_look_at) })}</span>
            ) : null}
          </div>
          <Sparkline looks={campaign.looks} />
          <div className={styles.lift}>
            <strong data-clear={clearness(campaign.lift)}>
              {campaign.lift
                ? format.lift(campaign.lift.value, campaign.lift_kind)
                : t(someTold(campaign.looks) ? "campaign.noPercent" : "campaign.noLift")}
            </strong>
            {campaign.lift ? (
              <span>{format.liftRange(campaign.lift.low, campaign.lift.high, campaign.lift_kind)}</span>
            ) : null}
          </div>
          <div className={styles.side}>
            <Badge tone={statusTone[campaign.status]}>{t(`campaign.status.${campaign.status}`)}</Badge>
            <span>
              {campaign.spend.budget === null
                ? format.money(campaign.spend.spent)
                : `${format.money(campaign.spend.spent)} / ${format.money(campaign.spend.budget)}`}
            </span>
            <span>
              {format.date(campaign.started_at)}–{format.date(campaign.ends_at)}
            </span>
          </div>
        </li>
      ))}
    </ul>
  );
}
