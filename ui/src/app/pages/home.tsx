/** What should I do now? Opportunities, goals, campaigns, what waits for a decision, and whether all is well. */
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { ChooseFile } from "@/features/collect/components/choose-file";
import { useImport } from "@/features/collect/import-context";
import {
  type Campaign,
  campaignsOptions,
  healthOptions,
  opportunitiesOptions,
  type Proposal,
  proposalsOptions,
  type StandingGoal,
  standingGoalsOptions,
} from "@/features/home/api/home";
import { CampaignRows } from "@/features/home/components/campaign-rows";
import { Decisions } from "@/features/home/components/decisions";
import { FirstDay } from "@/features/home/components/first-day";
import { GoalBars } from "@/features/home/components/goal-bars";
import styles from "@/features/home/components/home.module.css";
import { Looking } from "@/features/home/components/looking";
import { OpportunityList } from "@/features/home/components/opportunity-list";
import { Wellness } from "@/features/home/components/wellness";
import { greeting, todayOf } from "@/features/home/model/today";
import { type Approval, approvalsOptions } from "@/features/relate/api/approvals";
import type { Views } from "@/shared/api/client";
import { Card, Page } from "@/shared/parts/page";
import { Shown, Waiting } from "@/shared/parts/shown";
import { TodaySends } from "../today-sends";

export function HomePage() {
  const { t } = useTranslation();
  const health = useQuery(healthOptions());
  if (health.data === undefined) {
    return (
      <Page title={t("home.title")}>
        <Card>
          <Waiting query={health} lines={8} />
        </Card>
      </Page>
    );
  }
  return health.data.people === 0 ? <EmptyHome /> : <FullHome health={health.data} />;
}

function EmptyHome() {
  const { t } = useTranslation();
  const { take } = useImport();
  return (
    <Page title={t("home.firstTitle")} lead={t("home.firstLead")}>
      <FirstDay drop={<ChooseFile onChoose={take} />} />
    </Page>
  );
}

function FullHome({ health }: { health: Views["Health"] }) {
  const { t } = useTranslation();
  const { open } = useImport();
  const campaigns = useQuery(campaignsOptions());
  const goals = useQuery(standingGoalsOptions());
  const proposals = useQuery(proposalsOptions());
  const approvals = useQuery(approvalsOptions());
  const running = campaigns.data?.campaigns ?? [];
  const proposed = proposals.data?.proposals ?? [];
  const standing = goals.data?.goals ?? [];
  const asked = (approvals.data?.approvals ?? []).filter((each) => each.status === "waits");
  const there = [campaigns, goals, proposals].every((each) => each.data !== undefined);
  return (
    <Page
      title={t("home.title")}
      lead={
        there ? (
          <Greeting campaigns={running} goals={standing} proposals={proposed} approvals={asked} />
        ) : null
      }
      action={<Button onClick={open}>{t("import.open")}</Button>}
    >
      <Opportunities />
      <div className={styles.columns}>
        <Card title={t("home.decisions")}>
          {there ? (
            <Decisions campaigns={running} goals={standing} proposals={proposed} approvals={asked} />
          ) : (
            <Waiting query={campaigns} lines={2} />
          )}
        </Card>
        <Card title={t("home.health")}>
          <Wellness health={health} />
        </Card>
      </div>
      <TodaySends now={health.now} />
      <Card title={t("home.goals")} aside={<Link to="/goals">{t("home.toGoals")}</Link>}>
        <Shown query={goals} lines={2}>
          {({ goals: rows }) =>
            rows.length > 0 ? <GoalBars goals={rows} /> : <p className={styles.soft}>{t("home.noGoals")}</p>
          }
        </Shown>
      </Card>
      <Card title={t("home.campaigns")} aside={<Link to="/campaigns">{t("home.toCampaigns")}</Link>}>
        <Shown query={campaigns} lines={4}>
          {({ campaigns: rows }) =>
            rows.length > 0 ? (
              <CampaignRows campaigns={rows} />
            ) : (
              <p className={styles.soft}>{t("home.noCampaigns")}</p>
            )
          }
        </Shown>
      </Card>
    </Page>
  );
}

interface GreetingProps {
  campaigns: Campaign[];
  goals: StandingGoal[];
  proposals: Proposal[];
  approvals: Approval[];
}

function Greeting({ campaigns, goals, proposals, approvals }: GreetingProps) {
  const { t } = useTranslation();
  const today = todayOf(campaigns, goals, proposals, approvals.length);
  return t(`home.today.${greeting(today)}`, {
    ...today,
    count: today.decide || today.leading || today.running,
  });
}

function Opportunities() {
  const { t } = useTranslation();
  const found = useQuery(opportunitiesOptions());
  if (found.data === undefined) {
    return (
      <Card title={t("home.opportunities")}>
        {found.isError ? null : <Looking />}
        <Waiting query={found} lines={6} />
      </Card>
    );
  }
  return <OpportunityList found={found.data} />;
}
