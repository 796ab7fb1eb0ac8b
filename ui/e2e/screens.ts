/** Every screen of the app over a filled shop: its routes, and what of the shop stands in them. */
import type { APIRequestContext } from "@playwright/test";
import type { Route } from "../src/app/routes";

/** Ids of what the shop holds, and empty where it holds none: then the screen says so, which is looked at too. */
export interface Shop {
  plan: string;
  running: string;
  finished: string;
  journey: string;
  audience: string;
  signal: string;
  profile: string;
  form: string;
  content: string;
  dashboard: string;
  experiment: string;
  work: string;
}

const NONE = "none";

/** Where each route is looked at: one that is added to the app is missing here until it is. */
export const screens: Record<Route, (shop: Shop) => Record<string, string>> = {
  "": () => ({ home: "/" }),
  goals: () => ({ goals: "/goals" }),
  "goals/:planId": ({ plan }) => ({ plan: `/goals/${plan}` }),
  campaigns: () => ({ campaigns: "/campaigns" }),
  calendar: () => ({ calendar: "/calendar" }),
  "campaigns/:campaignId": ({ running, finished }) => ({
    campaign: `/campaigns/${running}`,
    "campaign-finished": `/campaigns/${finished}`,
  }),
  playbooks: () => ({ playbooks: "/playbooks", playbook: "/playbooks?playbook=festival" }),
  journeys: () => ({ journeys: "/journeys" }),
  "journeys/new": () => ({ "journey-new": "/journeys/new" }),
  "journeys/:journeyId/edit": ({ journey }) => ({ journey: `/journeys/${journey}/edit` }),
  audiences: () => ({ audiences: "/audiences" }),
  "audiences/new": () => ({ "audience-new": "/audiences/new" }),
  "audiences/:audienceId": ({ audience }) => ({ audience: `/audiences/${audience}` }),
  signals: () => ({ signals: "/signals" }),
  "signals/new": () => ({ "signal-new": "/signals/new" }),
  "signals/:signalId": ({ signal }) => ({ signal: `/signals/${signal}` }),
  leads: () => ({ leads: "/leads" }),
  deals: () => ({ deals: "/deals" }),
  approvals: () => ({ approvals: "/approvals" }),
  tickets: () => ({ tickets: "/tickets" }),
  tasks: () => ({ tasks: "/tasks" }),
  coupons: () => ({ coupons: "/coupons" }),
  tags: () => ({ tags: "/tags", "tag-new": "/tags?new" }),
  people: () => ({ people: "/people?q=M0000012" }),
  "people/alike": () => ({ alike: "/people/alike" }),
  "people/:profileId": ({ profile }) => ({ person: `/people/${profile}` }),
  data: () => ({ data: "/data", "data-new": "/data?new=1" }),
  "data/plan": () => ({ "data-plan": "/data/plan" }),
  "data/quarantine": () => ({ "data-quarantine": "/data/quarantine" }),
  "data/personal": () => ({ "data-personal": "/data/personal" }),
  "data/quality": () => ({ "data-quality": "/data/quality" }),
  "data/forms/new": () => ({ "form-new": "/data/forms/new" }),
  "data/forms/:formId": ({ form }) => ({ form: `/data/forms/${form}` }),
  contents: () => ({ contents: "/contents" }),
  pictures: () => ({ pictures: "/pictures" }),
  "contents/new": () => ({ "content-new": "/contents/new" }),
  "contents/:contentId": ({ content }) => ({ content: `/contents/${content}` }),
  results: () => ({ results: "/results" }),
  "results/funnel": () => ({ funnel: "/results/funnel" }),
  "results/retention": () => ({ retention: "/results/retention" }),
  "results/value": () => ({ value: "/results/value" }),
  "results/attribution": () => ({ attribution: "/results/attribution" }),
  "results/spend": () => ({ spend: "/results/spend" }),
  "results/dashboards": () => ({ dashboards: "/results/dashboards" }),
  "results/dashboards/new": () => ({ "dashboard-new": "/results/dashboards/new" }),
  "results/dashboards/:dashboardId": ({ dashboard }) => ({ dashboard: `/results/dashboards/${dashboard}` }),
  "results/reviews": () => ({ reviews: "/results/reviews" }),
  "results/reviews/:campaignId": ({ finished }) => ({ review: `/results/reviews/${finished}` }),
  "results/experiments": () => ({ experiments: "/results/experiments" }),
  "results/experiments/:experimentId": ({ experiment }) => ({
    experiment: `/results/experiments/${experiment}`,
  }),
  "results/proposals": () => ({ proposals: "/results/proposals" }),
  "results/journeys": () => ({ "journey-results": "/results/journeys" }),
  "results/forecasts": () => ({ forecasts: "/results/forecasts" }),
  settings: () => ({ settings: "/settings" }),
  "settings/limits": () => ({ "settings-limits": "/settings/limits" }),
  "settings/approvals": () => ({ "settings-approvals": "/settings/approvals" }),
  "settings/sign-in": () => ({ "settings-sign-in": "/settings/sign-in" }),
  "settings/single-sign-on": () => ({ "settings-single-sign-on": "/settings/single-sign-on" }),
  "settings/own": () => ({ "settings-own": "/settings/own" }),
  "settings/people": () => ({ "settings-people": "/settings/people" }),
  "settings/model": () => ({ "settings-model": "/settings/model" }),
  "settings/audit": () => ({ "settings-audit": "/settings/audit" }),
  "tasks/:workId": ({ work }) => ({ task: `/tasks/${work}` }),
  "work/:workId": ({ work }) => ({ work: `/work/${work}` }),
};

/** Names of pictures with the addresses that they are taken at. */
export function addressesOf(shop: Shop): [name: string, address: string][] {
  return Object.values(screens).flatMap((of) => Object.entries(of(shop)));
}

/** Ask the server what it holds. */
export async function readShop(request: APIRequestContext, token: string): Promise<Shop> {
  const ask = async (path: string) => {
    const answer = await request.get(`/api${path}`, { headers: { Authorization: `Bearer ${token}` } });
    if (!answer.ok()) throw new Error(`${path} answered ${answer.status()}: ${await answer.text()}`);
    return await answer.json();
  };
  const first = (
    rows: Record<string, string>[],
    field: string,
    wanted = (_: Record<string, string>) => true,
  ) => rows.find(wanted)?.[field] ?? NONE;
  const named = async (kind: string) =>
    Object.keys((await ask(`/definitions/${kind}`)).definitions)[0] ?? NONE;
  const { plans } = await ask("/plans");
  const { campaigns } = await ask("/campaigns");
  const running = first(campaigns, "campaign_id", ({ status }) => status !== "done");
  return {
    plan: first(plans, "plan_id", ({ status, campaign_id }) => status !== "refused" && !campaign_id),
    running,
    finished: first(campaigns, "campaign_id", ({ status }) => status === "done"),
    journey: running,
    audience: await named("audience"),
    signal: await named("signal"),
    profile: first((await ask("/profiles?limit=1")).profiles, "profile_id"),
    form: await named("form"),
    content: await named("content"),
    dashboard: first((await ask("/dashboards")).dashboards, "dashboard_id"),
    experiment: first((await ask("/experiments")).experiments, "id"),
    work: first((await ask("/work")).works, "id"),
  };
}
