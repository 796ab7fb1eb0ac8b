/** Destinations, fixed lists and what studies last found, as the mock server tells them. */
import type { Views } from "@/shared/api/client";
import { daysAgo, text } from "./shop.ts";

const done: Views["RunView"] = {
  run_id: "run_1",
  look_at: "/api/destinations/house/runs/run_1",
  export_id: "exp_1",
  whole: false,
  at: daysAgo(1),
  status: "done",
  count: 812,
  entered: 31,
  left: 12,
  resumed_at: 0,
  sent: 43,
  error: null,
};

const house: Views["DestinationView"] = {
  destination_id: "house",
  name: "数仓",
  audience_id: "aud_mixed",
  kind: "database",
  place: "crm.people",
  changes: true,
  identifiers: ["customer_id"],
  columns: ["city"],
  channel: "",
  every_hours: null,
  daily_at: "06:30",
  due_at: daysAgo(-1),
  last: done,
};

const crm: Views["DestinationView"] = {
  ...house,
  destination_id: "crm",
  name: "CRM",
  kind: "webhook",
  place: "hooks.example.test/people",
  daily_at: null,
  due_at: null,
  last: {
    ...done,
    status: "failed",
    sent: 20,
    error: text("去向没有收下：HTTP 503", "the destination did not take it: HTTP 503"),
  },
};

const likeness: Views["Likeness"] = {
  audience_id: "aud_mixed",
  trait: "likeness:aud_mixed",
  at: daysAgo(2),
  verdict: "usable",
  sentence: text("找得准：比随机和只看 RFM 都好", "It works: better than chance and than RFM alone"),
  learned_from: "entered",
  people: 2_000,
  positives: 140,
  candidates: 1_188,
  area: 0.78,
  area_low: 0.74,
  simple_area: 0.69,
  curve: [
    { share: 0.05, precision: 0.42, simple_precision: 0.3, random_precision: 0.07, recall: 0.3 },
    { share: 0.1, precision: 0.33, simple_precision: 0.24, random_precision: 0.07, recall: 0.47 },
  ],
};

const segments: Views["Segments"] = {
  at: daysAgo(2),
  people: 2_000,
  stability: 0.93,
  segments: [
    {
      id: "A",
      name: text("常下单、客单价高", "Buy often, large baskets"),
      people: 620,
      differences: [
        { name: text("一年内下单次数", "orders in a year"), mean: 9.2, others: 2.1 },
        { name: text("客单价（元）", "basket (yuan)"), mean: 312, others: 96 },
      ],
    },
    {
      id: "B",
      name: text("常浏览、少下单", "Browse often, buy seldom"),
      people: 1_380,
      differences: [{ name: text("一年内浏览次数", "views in a year"), mean: 41, others: 12 }],
    },
  ],
};

const made: Views["ListView"] = {
  audience_id: "aud_shanghai",
  people: 812,
  repeated: 0,
  unknown: 0,
  unknown_shown: [],
};

type Asked = { ids: string[]; query: URLSearchParams };

export function handoverRoutes(
  path: (pattern: string) => RegExp,
  empty: boolean,
): [string, RegExp, (asked: Asked) => unknown][] {
  const of = (audience: string | null) => [house, crm].filter((each) => each.audience_id === audience);
  return [
    ["GET", path("/destinations"), ({ query }) => ({ destinations: of(query.get("audience_id")) })],
    ["POST", path("/destinations/:id/run"), () => done],
    ["GET", path("/predictions"), () => ({ predictions: empty ? [] : [likeness] })],
    ["GET", path("/segments"), () => ({ study: empty ? null : segments })],
    ["POST", path("/audiences/:id/freeze"), () => made],
    ["POST", path("/lists"), () => ({ ...made, repeated: 2, unknown: 1, unknown_shown: ["C0042"] })],
  ];
}
