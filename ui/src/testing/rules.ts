/** Rules of the house as a server tells them: the usual ones, and one change of them. */
import type { Views } from "@/shared/api/client";
import { modelRoutes } from "./language-model.ts";
import { daysAgo } from "./shop.ts";

type Sheet = Views["RuleSheet_DeliveryRules_"];
type Handler = (asked: { ids: string[]; query: URLSearchParams; request: Request }) => unknown;

const say = (zh: string, en: string, careful = false) => ({ said: { zh, en }, careful });
const usual: Sheet["usual"] = {
  caps: [{ count: 3, days: 7 }],
  quiet_hours: { from_minute: 1_260, until_minute: 480, offset_minutes: 480 },
  fatigue: null,
  tickets_first: true,
  held_everywhere: null,
};
const capped = say("每人任意连续 7 天内最多收到 3 条营销消息", "Each person gets at most 3 in any 7 days");
const free = say("没有频次上限", "Nothing bounds how often a person is written to", true);
const bodies: Record<string, object> = {
  access: {
    session_hours: 336,
    idle_hours: 24,
    tries_free: 5,
    wait_minutes_max: 15,
    second_factor_roles: [],
    reveal_role: "approver",
    reveal_day_max: 50,
    export_max: { operator: 50_000 },
  },
  approvals: { launch_over_people: null, launch_over_fen: null },
  sign_in: {
    name: "",
    issuer: "",
    client_id: "",
    client_secret: "",
    domains: [],
    role: "viewer",
    public_url: "",
  },
};

export function settingRoutes(path: (pattern: string) => RegExp): [string, RegExp, Handler][] {
  let delivery: Sheet = {
    id: "delivery",
    version: 0,
    rules: usual,
    usual,
    meanings: [capped],
    steps: [],
    may_change: true,
  };
  const meaning = (rules: Sheet["rules"]) => (rules.caps.length === 0 ? free : capped);
  return [
    ...modelRoutes(path),
    [
      "GET",
      path("/rules/:id"),
      ({ ids: [name = ""] }) => {
        const rules = bodies[name];
        return rules ? { ...delivery, id: name, rules, usual: rules, version: 0, steps: [] } : delivery;
      },
    ],
    [
      "POST",
      path("/rules/:id/weigh"),
      async ({ request }) => {
        const meanings = [meaning((await request.json()) as Sheet["rules"])];
        const come = meanings.filter(({ careful }) => careful).map(({ said }) => said);
        return { problem: null, meanings, changes: [], come, gone: come.length ? [capped.said] : [] };
      },
    ],
    [
      "PUT",
      path("/rules/delivery"),
      async ({ request }) => {
        const { rules } = (await request.json()) as { rules: Sheet["rules"] };
        const who = { zh: "王芳", en: "Wang Fang" };
        const version = delivery.version + 1;
        const step = { version, at: daysAgo(0), who, changes: [], come: [free.said], gone: [capped.said] };
        delivery = { ...delivery, version, rules, meanings: [meaning(rules)], steps: [step] };
        return delivery;
      },
    ],
  ];
}
