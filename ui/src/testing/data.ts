/** Incoming data on the mock server: two sources and a form, a plan that is broken now and then, a quarantine. */
import type { Views } from "@/shared/api/client";
import { daysAgo, NOW, text } from "./shop.ts";

const DAYS = 30;
const byDay = (mean: number) =>
  Array.from({ length: DAYS }, (_, day) => Math.round(mean * (0.8 + ((day * 7) % 5) / 10)));
const sum = (days: number[]) => days.reduce((all, day) => all + day, 0);

function source(
  given: Partial<Views["SourceRow"]> & Pick<Views["SourceRow"], "source_id" | "kind">,
): Views["SourceRow"] {
  const by_day = given.by_day ?? byDay(1_200);
  return {
    name: "",
    defined: true,
    key_hint: "",
    address: "/v1",
    events_day: by_day.at(-1) ?? 0,
    events_week: sum(by_day.slice(-7)),
    by_day,
    last_at: NOW,
    recognised: 0.93,
    refused_week: 12,
    repeated_week: 40,
    waiting: 0,
    pulled_at: null,
    watermark: null,
    every_minutes: null,
    ...given,
  };
}

export const sources: Views["SourceRow"][] = [
  source({ source_id: "write", kind: "tracking", defined: false, waiting: 34 }),
  source({
    source_id: "mini-shop",
    kind: "tracking",
    name: "小程序商城",
    key_hint: "9f3c",
    recognised: 0.31,
    by_day: byDay(5_400),
  }),
  source({ source_id: "erp", kind: "webhook", name: "ERP", address: "/hooks/erp", by_day: byDay(300) }),
  source({
    source_id: "pos",
    kind: "database",
    name: "收银系统",
    address: "",
    by_day: byDay(0),
    last_at: null,
    recognised: null,
    refused_week: 0,
    repeated_week: 0,
    pulled_at: daysAgo(1),
    watermark: "2026-11-20 23:00:00",
    every_minutes: 60,
  }),
  source({
    source_id: "form:spring",
    kind: "form",
    name: "春季报名",
    address: "/forms/spring",
    by_day: byDay(20),
  }),
  source({ source_id: "import", kind: "import", defined: false, address: "", by_day: byDay(90) }),
];

const none = {
  source_id: "write",
  kind: "tracking" as const,
  defined: false,
  by_day: byDay(0),
  last_at: null,
};
export const firstSources = [
  source({ ...none, recognised: null, refused_week: 0, repeated_week: 0, events_day: 0, events_week: 0 }),
];

const property = (
  name: string,
  type: Views["PropertyRow"]["type"],
  coverage: number,
  planned: Views["PlannedProperty"] | null,
): Views["PropertyRow"] => ({
  name,
  type,
  coverage,
  mixed: coverage < 0.9 && type === "number",
  values: [],
  planned,
});

const rule = (type: Views["PropertyRow"]["type"], required: boolean): Views["PlannedProperty"] => ({
  type,
  required,
  values: [],
  at_least: null,
  at_most: null,
});

const plan = {
  events: { "Order Completed": { properties: { revenue: rule("number", true) } }, "Order Refunded": {} },
  violations: "block",
  unknown_events: "allow",
  name: "商城",
};

export const seen: Views["SeenAndPlanned"] = {
  plans: [{ plan_id: "main", name: "商城", violations: "block", unknown_events: "allow", body: plan }],
  events: [
    {
      name: "Product Viewed",
      events: 48_210,
      sampled: 600,
      last_at: NOW,
      sources: ["write", "mini-shop"],
      plan: null,
      others: null,
      breaking: 0,
      properties: [property("product_id", "text", 1, null), property("price", "number", 0.82, null)],
    },
    {
      name: "Order Completed",
      events: 3_120,
      sampled: 600,
      last_at: NOW,
      sources: ["write"],
      plan: "main",
      others: "allow",
      breaking: 0.04,
      properties: [
        property("order_id", "text", 1, null),
        property("revenue", "number", 0.97, rule("number", true)),
      ],
    },
    {
      name: "Order Refunded",
      events: 0,
      sampled: 0,
      last_at: null,
      sources: [],
      plan: "main",
      others: "allow",
      breaking: 0,
      properties: [],
    },
  ],
};

export const proposal: Views["PlanProposal"] = {
  plan_id: "main",
  added: ["Product Viewed"],
  body: {
    ...plan,
    events: { ...plan.events, "Product Viewed": { properties: { product_id: rule("text", true) } } },
  },
};

export const quarantine: Views["QuarantineGroups"] = {
  records: 34,
  groups: [
    {
      reason: "against_plan",
      meaning: text("不符合埋点方案", "it breaks the tracking plan"),
      sender: "key:write",
      records: 31,
      first_at: daysAgo(3),
      last_at: NOW,
      problems: [{ name: "revenue: not number", count: 31 }],
      events: [{ name: "Order Completed", count: 31 }],
      samples: [
        {
          id: 7,
          at: NOW,
          bytes: 214,
          text: '{\n  "type": "track",\n  "event": "Order Completed",\n  "userId": "u***",\n  "properties": {\n    "order_id": "A19",\n    "revenue": "¥1,299.00"\n  }\n}',
        },
      ],
      mendable: true,
    },
    {
      reason: "message_too_large",
      meaning: text("消息太大，只留下了大小", "too large; only its size was kept"),
      sender: "key:mini-shop",
      records: 3,
      first_at: daysAgo(1),
      last_at: NOW,
      problems: [],
      events: [],
      samples: [],
      mendable: false,
    },
  ],
};

const shares = (value: number) =>
  Array.from({ length: DAYS }, (_, day) => value * (0.9 + ((day * 3) % 5) / 40));

export const quality: Views["DataQuality"] = {
  days: DAYS,
  fields_checked: 11,
  sources: [
    {
      source: "write",
      kind: "tracking",
      name: "",
      events: sum(byDay(1_200)),
      recognised: 0.93,
      refused: 0.004,
      repeated: 0.012,
      recognised_by_day: shares(0.93),
      refused_by_day: shares(0.004),
      events_by_day: byDay(1_200),
    },
  ],
  fields: [
    {
      source: "write",
      event: "Order Completed",
      field: "revenue",
      sampled: 600,
      missing: 0.01,
      malformed: 0.04,
      out_of_range: 0,
      by_day: shares(0.05),
    },
  ],
};

export const form: Record<string, unknown> = {
  title: "春季报名",
  fields: [
    { name: "phone", label: "手机号", type: "phone", required: true },
    { name: "city", label: "城市", type: "choice", choices: ["上海", "杭州"] },
  ],
  consents: [{ channel: "sms", text: "同意接收短信优惠", text_version: "2" }],
  language: "zh-CN",
  least_s: 2,
};
