/** Which campaigns run, and what did each change? */
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { StandingNotes, StopButton } from "@/features/deliver/components/stop-button";
import { campaignListOptions } from "@/features/measure/api/campaigns";
import { CampaignList } from "@/features/measure/components/campaign-list";
import { EmptyNote } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";

export function CampaignsPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const campaigns = useQuery(campaignListOptions());
  return (
    <Page
      title={t("campaign.listTitle")}
      lead={
        <>
          {t("campaign.listLead")} <Link to="/calendar">{t("calendar.toCalendar")}</Link>
          {" · "}
          <Link to="/journeys">{t("journey.listTitle")}</Link>
          {" · "}
          <Link to="/coupons">{t("coupon.listTitle")}</Link>
        </>
      }
      action={
        <>
          <StopButton />
          <Button size="large" onClick={() => void navigate("/playbooks")}>
            {t("playbook.toPlaybooks")}
          </Button>
        </>
      }
    >
      <StandingNotes />
      <Card>
        <Shown query={campaigns} lines={6}>
          {({ campaigns: rows }) =>
            rows.length > 0 ? (
              <CampaignList campaigns={rows} />
            ) : (
              <EmptyNote title={t("campaign.none")}>
                <Link to="/goals">{t("campaign.noneHow")}</Link>
              </EmptyNote>
            )
          }
        </Shown>
      </Card>
    </Page>
  );
}
