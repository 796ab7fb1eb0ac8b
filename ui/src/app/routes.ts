/** The pages of the app by their addresses; each is loaded when it is first opened. Nothing else names an address. */
import type { ComponentType } from "react";

type Load = () => Promise<{ Component: ComponentType }>;

/** Beside the rail; the empty address is the first page. */
export const pages = {
  "": async () => ({ Component: (await import("./pages/home")).HomePage }),
  goals: async () => ({ Component: (await import("./pages/goals")).GoalsPage }),
  "goals/:planId": async () => ({ Component: (await import("./pages/plan")).PlanPage }),
  campaigns: async () => ({ Component: (await import("./pages/campaigns")).CampaignsPage }),
  calendar: async () => ({ Component: (await import("./pages/calendar")).CalendarPage }),
  "campaigns/:campaignId": async () => ({ Component: (await import("./pages/campaign")).CampaignPage }),
  playbooks: async () => ({ Component: (await import("./pages/playbooks")).PlaybooksPage }),
  journeys: async () => ({ Component: (await import("./pages/journey-list")).JourneyListPage }),
  "journeys/new": async () => ({ Component: (await import("./pages/journey-edit")).NewJourneyPage }),
  "journeys/:journeyId/edit": async () => ({
    Component: (await import("./pages/journey-edit")).JourneyEditPage,
  }),
  audiences: async () => ({ Component: (await import("./pages/audiences")).AudiencesPage }),
  "audiences/new": async () => ({ Component: (await import("./pages/audience-edit")).NewAudiencePage }),
  "audiences/:audienceId": async () => ({ Component: (await import("./pages/audience-edit")).AudiencePage }),
  signals: async () => ({ Component: (await import("./pages/signals")).SignalsPage }),
  "signals/new": async () => ({ Component: (await import("./pages/signal-edit")).SignalEditPage }),
  "signals/:signalId": async () => ({ Component: (await import("./pages/signal-edit")).SignalEditPage }),
  leads: async () => ({ Component: (await import("./pages/leads")).LeadsPage }),
  deals: async () => ({ Component: (await import("./pages/deals")).DealsPage }),
  approvals: async () => ({ Component: (await import("./pages/approvals")).ApprovalsPage }),
  tickets: async () => ({ Component: (await import("./pages/tickets")).TicketsPage }),
  tasks: async () => ({ Component: (await import("./pages/tasks")).TasksPage }),
  coupons: async () => ({ Component: (await import("./pages/coupons")).CouponsPage }),
  tags: async () => ({ Component: (await import("./pages/tags")).TagsPage }),
  people: async () => ({ Component: (await import("./pages/people")).PeoplePage }),
  "people/alike": async () => ({ Component: (await import("./pages/alike")).AlikePage }),
  "people/:profileId": async () => ({ Component: (await import("./pages/person")).PersonPage }),
  data: async () => ({ Component: (await import("./pages/data-sources")).DataSourcesPage }),
  "data/plan": async () => ({ Component: (await import("./pages/data-plan")).DataPlanPage }),
  "data/quarantine": async () => ({
    Component: (await import("./pages/data-quarantine")).DataQuarantinePage,
  }),
  "data/personal": async () => ({ Component: (await import("./pages/data-personal")).DataPersonalPage }),
  "data/quality": async () => ({ Component: (await import("./pages/data-quality")).DataQualityPage }),
  "data/forms/new": async () => ({ Component: (await import("./pages/data-form")).NewFormPage }),
  "data/forms/:formId": async () => ({ Component: (await import("./pages/data-form")).DataFormPage }),
  contents: async () => ({ Component: (await import("./pages/contents")).ContentsPage }),
  pictures: async () => ({ Component: (await import("./pages/pictures")).PicturesPage }),
  "contents/new": async () => ({ Component: (await import("./pages/content")).NewContentPage }),
  "contents/:contentId": async () => ({ Component: (await import("./pages/content")).ContentPage }),
  results: async () => ({ Component: (await import("./pages/results")).ResultsPage }),
  "results/funnel": async () => ({ Component: (await import("./pages/results-funnel")).ResultsFunnelPage }),
  "results/retention": async () => ({
    Component: (await import("./pages/results-retention")).ResultsRetentionPage,
  }),
  "results/value": async () => ({ Component: (await import("./pages/results-value")).ResultsValuePage }),
  "results/attribution": async () => ({
    Component: (await import("./pages/results-attribution")).ResultsAttributionPage,
  }),
  "results/spend": async () => ({ Component: (await import("./pages/results-spend")).ResultsSpendPage }),
  "results/dashboards": async () => ({ Component: (await import("./pages/dashboards")).DashboardsPage }),
  "results/dashboards/new": async () => ({ Component: (await import("./pages/dashboard")).NewDashboardPage }),
  "results/dashboards/:dashboardId": async () => ({
    Component: (await import("./pages/dashboard")).DashboardPage,
  }),
  "results/reviews": async () => ({ Component: (await import("./pages/reviews")).ReviewsPage }),
  "results/reviews/:campaignId": async () => ({ Component: (await import("./pages/review")).ReviewPage }),
  "results/experiments": async () => ({ Component: (await import("./pages/experiments")).ExperimentsPage }),
  "results/experiments/:experimentId": async () => ({
    Component: (await import("./pages/experiment")).ExperimentPage,
  }),
  "results/proposals": async () => ({ Component: (await import("./pages/proposals")).ProposalsPage }),
  "results/journeys": async () => ({ Component: (await import("./pages/journeys")).JourneysPage }),
  "results/forecasts": async () => ({ Component: (await import("./pages/forecasts")).ForecastsPage }),
  settings: async () => ({ Component: (await import("./pages/settings")).SettingsPage }),
  "settings/limits": async () => ({
    Component: (await import("./pages/settings-limits")).SettingsLimitsPage,
  }),
  "settings/approvals": async () => ({
    Component: (await import("./pages/settings-approvals")).SettingsApprovalsPage,
  }),
  "settings/sign-in": async () => ({
    Component: (await import("./pages/settings-sign-in")).SettingsSignInPage,
  }),
  "settings/single-sign-on": async () => ({
    Component: (await import("./pages/settings-single-sign-on")).SettingsSingleSignOnPage,
  }),
  "settings/own": async () => ({ Component: (await import("./pages/own-account")).OwnAccountPage }),
  "settings/people": async () => ({ Component: (await import("./pages/accounts")).AccountsPage }),
  "settings/model": async () => ({
    Component: (await import("./pages/language-model")).LanguageModelPage,
  }),
  "settings/audit": async () => ({ Component: (await import("./pages/audit")).AuditPage }),
} satisfies Record<string, Load>;

/** Alone, without the rail: a message in WeCom opens it on a phone; alerts name all work by the second address. */
export const alone = {
  "tasks/:workId": async () => ({ Component: (await import("./pages/task")).TaskPage }),
  "work/:workId": async () => ({ Component: (await import("./pages/task")).TaskPage }),
} satisfies Record<string, Load>;

/** Every address that the app knows. */
export type Route = keyof typeof pages | keyof typeof alone;
export const routes = [...Object.keys(pages), ...Object.keys(alone)] as Route[];
