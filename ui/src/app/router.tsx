/** Addresses of the app; each page is loaded when it is first opened. */
import { createBrowserRouter } from "react-router";
import { LostPage } from "./lost-page";
import { Shell } from "./shell";

/** Between the app and its first page there is nothing to show for a few milliseconds. */
function Nothing() {
  return null;
}

export function makeRouter() {
  return createBrowserRouter([
    {
      element: <Shell />,
      ErrorBoundary: LostPage,
      HydrateFallback: Nothing,
      children: [
        { index: true, lazy: async () => ({ Component: (await import("./pages/home")).HomePage }) },
        { path: "goals", lazy: async () => ({ Component: (await import("./pages/goals")).GoalsPage }) },
        { path: "goals/:planId", lazy: async () => ({ Component: (await import("./pages/plan")).PlanPage }) },
        {
          path: "campaigns",
          lazy: async () => ({ Component: (await import("./pages/campaigns")).CampaignsPage }),
        },
        {
          path: "calendar",
          lazy: async () => ({ Component: (await import("./pages/calendar")).CalendarPage }),
        },
        {
          path: "campaigns/:campaignId",
          lazy: async () => ({ Component: (await import("./pages/campaign")).CampaignPage }),
        },
        {
          path: "playbooks",
          lazy: async () => ({ Component: (await import("./pages/playbooks")).PlaybooksPage }),
        },
        {
          path: "journeys",
          lazy: async () => ({ Component: (await import("./pages/journey-list")).JourneyListPage }),
        },
        {
          path: "journeys/new",
          lazy: async () => ({ Component: (await import("./pages/journey-edit")).NewJourneyPage }),
        },
        {
          path: "journeys/:journeyId/edit",
          lazy: async () => ({ Component: (await import("./pages/journey-edit")).JourneyEditPage }),
        },
        {
          path: "audiences",
          lazy: async () => ({ Component: (await import("./pages/audiences")).AudiencesPage }),
        },
        {
          path: "audiences/new",
          lazy: async () => ({ Component: (await import("./pages/audience-edit")).NewAudiencePage }),
        },
        {
          path: "audiences/:audienceId",
          lazy: async () => ({ Component: (await import("./pages/audience-edit")).AudiencePage }),
        },
        {
          path: "signals",
          lazy: async () => ({ Component: (await import("./pages/signals")).SignalsPage }),
        },
        {
          path: "signals/new",
          lazy: async () => ({ Component: (await import("./pages/signal-edit")).SignalEditPage }),
        },
        {
          path: "signals/:signalId",
          lazy: async () => ({ Component: (await import("./pages/signal-edit")).SignalEditPage }),
        },
        { path: "leads", lazy: async () => ({ Component: (await import("./pages/leads")).LeadsPage }) },
        { path: "deals", lazy: async () => ({ Component: (await import("./pages/deals")).DealsPage }) },
        {
          path: "approvals",
          lazy: async () => ({ Component: (await import("./pages/approvals")).ApprovalsPage }),
        },
        {
          path: "tickets",
          lazy: async () => ({ Component: (await import("./pages/tickets")).TicketsPage }),
        },
        { path: "tasks", lazy: async () => ({ Component: (await import("./pages/tasks")).TasksPage }) },
        { path: "coupons", lazy: async () => ({ Component: (await import("./pages/coupons")).CouponsPage }) },
        { path: "tags", lazy: async () => ({ Component: (await import("./pages/tags")).TagsPage }) },
        { path: "people", lazy: async () => ({ Component: (await import("./pages/people")).PeoplePage }) },
        {
          path: "people/alike",
          lazy: async () => ({ Component: (await import("./pages/alike")).AlikePage }),
        },
        {
          path: "people/:profileId",
          lazy: async () => ({ Component: (await import("./pages/person")).PersonPage }),
        },
        {
          path: "data",
          lazy: async () => ({ Component: (await import("./pages/data-sources")).DataSourcesPage }),
        },
        {
          path: "data/plan",
          lazy: async () => ({ Component: (await import("./pages/data-plan")).DataPlanPage }),
        },
        {
          path: "data/quarantine",
          lazy: async () => ({ Component: (await import("./pages/data-quarantine")).DataQuarantinePage }),
        },
        {
          path: "data/personal",
          lazy: async () => ({ Component: (await import("./pages/data-personal")).DataPersonalPage }),
        },
        {
          path: "data/quality",
          lazy: async () => ({ Component: (await import("./pages/data-quality")).DataQualityPage }),
        },
        {
          path: "data/forms/new",
          lazy: async () => ({ Component: (await import("./pages/data-form")).NewFormPage }),
        },
        {
          path: "data/forms/:formId",
          lazy: async () => ({ Component: (await import("./pages/data-form")).DataFormPage }),
        },
        {
          path: "contents",
          lazy: async () => ({ Component: (await import("./pages/contents")).ContentsPage }),
        },
        {
          path: "contents/new",
          lazy: async () => ({ Component: (await import("./pages/content")).NewContentPage }),
        },
        {
          path: "contents/:contentId",
          lazy: async () => ({ Component: (await import("./pages/content")).ContentPage }),
        },
        {
          path: "results",
          lazy: async () => ({ Component: (await import("./pages/results")).ResultsPage }),
        },
        {
          path: "results/funnel",
          lazy: async () => ({ Component: (await import("./pages/results-funnel")).ResultsFunnelPage }),
        },
        {
          path: "results/retention",
          lazy: async () => ({ Component: (await import("./pages/results-retention")).ResultsRetentionPage }),
        },
        {
          path: "results/value",
          lazy: async () => ({ Component: (await import("./pages/results-value")).ResultsValuePage }),
        },
        {
          path: "results/attribution",
          lazy: async () => ({
            Component: (await import("./pages/results-attribution")).ResultsAttributionPage,
          }),
        },
        {
          path: "results/spend",
          lazy: async () => ({ Component: (await import("./pages/results-spend")).ResultsSpendPage }),
        },
        {
          path: "results/dashboards",
          lazy: async () => ({ Component: (await import("./pages/dashboards")).DashboardsPage }),
        },
        {
          path: "results/dashboards/new",
          lazy: async () => ({ Component: (await import("./pages/dashboard")).NewDashboardPage }),
        },
        {
          path: "results/dashboards/:dashboardId",
          lazy: async () => ({ Component: (await import("./pages/dashboard")).DashboardPage }),
        },
        {
          path: "results/reviews",
          lazy: async () => ({ Component: (await import("./pages/reviews")).ReviewsPage }),
        },
        {
          path: "results/reviews/:campaignId",
          lazy: async () => ({ Component: (await import("./pages/review")).ReviewPage }),
        },
        {
          path: "results/experiments",
          lazy: async () => ({ Component: (await import("./pages/experiments")).ExperimentsPage }),
        },
        {
          path: "results/experiments/:experimentId",
          lazy: async () => ({ Component: (await import("./pages/experiment")).ExperimentPage }),
        },
        {
          path: "results/proposals",
          lazy: async () => ({ Component: (await import("./pages/proposals")).ProposalsPage }),
        },
        {
          path: "results/journeys",
          lazy: async () => ({ Component: (await import("./pages/journeys")).JourneysPage }),
        },
        {
          path: "results/forecasts",
          lazy: async () => ({ Component: (await import("./pages/forecasts")).ForecastsPage }),
        },
        {
          path: "settings/own",
          lazy: async () => ({ Component: (await import("./pages/own-account")).OwnAccountPage }),
        },
        {
          path: "settings/people",
          lazy: async () => ({ Component: (await import("./pages/accounts")).AccountsPage }),
        },
        {
          path: "settings/audit",
          lazy: async () => ({ Component: (await import("./pages/audit")).AuditPage }),
        },
        { path: "*", element: <LostPage /> },
      ],
    },
    // Alone, without the rail: a message in WeCom opens it on a phone; alerts name all work by the second address.
    ...["tasks/:workId", "work/:workId"].map((path) => ({
      path,
      ErrorBoundary: LostPage,
      HydrateFallback: Nothing,
      lazy: async () => ({ Component: (await import("./pages/task")).TaskPage }),
    })),
  ]);
}
