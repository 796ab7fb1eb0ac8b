/** Did it work? Lift in words and over time, the forecast beside it, and where everyone is. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { ledgerOptions } from "@/features/deliver/api/ledger";
import { LedgerBars } from "@/features/deliver/components/ledger-bars";
import { LedgerDrawer } from "@/features/deliver/components/ledger-drawer";
import { type Campaign, campaignOptions, reportOptions } from "@/features/measure/api/campaigns";
import { liveOptions } from "@/features/measure/api/live";
import { CanaryCard } from "@/features/measure/components/canary-card";
import { Course, StandsStill } from "@/features/measure/components/course";
import { Guardrails } from "@/features/measure/components/guardrails";
import { AgainstForecast, LiftOverTime, LiftSentence } from "@/features/measure/components/lift-report";
import { LiveLog } from "@/features/measure/components/live-log";
import { LiveTest } from "@/features/measure/components/live-test";
import { Sides } from "@/features/measure/components/sides";
import { SpendCourse } from "@/features/measure/components/spend-course";
import { statusTone } from "@/features/measure/model/status";
import { AfterTrial } from "@/features/plan/components/after-trial";
import { Badge } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { Waiting } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import styles from "./campaign.module.css";

export function CampaignPage() {
  const { t } = useTranslation();
  const { campaignId = "" } = useParams();
  const campaign = useQuery(campaignOptions(campaignId));
  if (!campaign.data) {
    return (
      <Page title={t("campaign.title")}>
        <Card>
          <Waiting query={campaign} lines={8} />
        </Card>
      </Page>
    );
  }
  return <LiveCampaign campaign={campaign.data} />;
}

function LiveCampaign({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const format = useFormat();
  const report = useQuery(reportOptions(campaign.campaign_id));
  const live = useQuery(liveOptions(campaign.campaign_id));
  const ledger = useQuery(ledgerOptions(campaign.campaign_id, campaign.status === "running"));
  const lead = (
    <span className={styles.lead}>
      <Badge tone={statusTone[campaign.status]}>{t(`campaign.status.${campaign.status}`)}</Badge>
      {format.date(campaign.started_at)}–{format.date(campaign.ends_at)}
      <Link to={`/goals/${campaign.plan_id}`}>{t("campaign.toPlan")}</Link>
    </span>
  );
  return (
    <Page title={campaign.goal} lead={lead} action={live.data ? <Course live={live.data} /> : undefined}>
      {live.data ? <StandsStill live={live.data} /> : null}
      {report.data ? <LiftSentence report={report.data} /> : null}
      {campaign.status === "done" || campaign.status === "stopped" ? (
        <AfterTrial planId={campaign.plan_id} />
      ) : null}
      <div className={styles.columns}>
        <div className={styles.column}>
          {report.data ? (
            <>
              <LiftOverTime report={report.data} />
              {live.data?.tests.map((test) => (
                <LiveTest key={test.action} test={test} />
              ))}
              {live.data ? <SpendCourse spend={live.data.spend} pace={live.data.pace_words} /> : null}
              <AgainstForecast report={report.data} />
              <Sides report={report.data} />
            </>
          ) : (
            <Card>
              <Waiting query={report} lines={10} />
            </Card>
          )}
        </div>
        <div className={styles.column}>
          {ledger.data ? (
            <>
              <LedgerBars ledger={ledger.data} />
              <LedgerDrawer campaignId={campaign.campaign_id} ledger={ledger.data} />
            </>
          ) : (
            <Card>
              <Waiting query={ledger} lines={8} />
            </Card>
          )}
          {live.data ? (
            <>
              {live.data.canary ? (
                <CanaryCard campaign={live.data.campaign_id} canary={live.data.canary} />
              ) : null}
              <Guardrails guardrails={live.data.guardrails} />
              <LiveLog live={live.data} />
            </>
          ) : null}
        </div>
      </div>
    </Page>
  );
}
