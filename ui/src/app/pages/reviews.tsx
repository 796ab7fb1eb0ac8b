/** The reviews of all campaigns, the latest first. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { campaignListOptions } from "@/features/measure/api/campaigns";
import { CampaignList } from "@/features/measure/components/campaign-list";
import { EmptyNote } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";

export function ReviewsPage() {
  const { t } = useTranslation();
  const campaigns = useQuery(campaignListOptions());
  return (
    <Page title={t("review.listTitle")} lead={t("review.listLead")}>
      <Card>
        <Shown query={campaigns} lines={6}>
          {({ campaigns: rows }) =>
            rows.length > 0 ? (
              <CampaignList campaigns={rows} to="review" />
            ) : (
              <EmptyNote title={t("review.none")}>
                <Link to="/goals">{t("campaign.noneHow")}</Link>
              </EmptyNote>
            )
          }
        </Shown>
      </Card>
    </Page>
  );
}
