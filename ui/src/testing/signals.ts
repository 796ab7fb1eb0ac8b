/** Two signals to begin with: one in use, one that listens for words and is not. */
import type { Views } from "@/shared/api/client";
import { daysAgo, type Member, text } from "./shop.ts";

export const templates: Views["SignalTemplates"] = {
  templates: [
    {
      id: "hesitating",
      name: text("犹豫", "Hesitating"),
      meaning: text("三天内看了五次以上商品，没有下单", "Five views of products in three days, and no order"),
      body: {},
      words: [],
      unless: [],
      fields: [
        {
          id: "views",
          name: text("至少浏览几次", "Views at least"),
          unit: "times",
          usual: 5,
          low: 1,
          high: 256,
        },
        { id: "days", name: text("几天之内", "Within days"), unit: "days", usual: 3, low: 1, high: 365 },
      ],
      published: true,
      in_use: {
        version: 1,
        people: 12,
        sentence: text(
          "最近 3 天浏览商品至少 4 次，并且最近 3 天没有下单",
          "At least 4 product views in 3 days",
        ),
        words: [],
        unless: [],
        values: { views: 4, days: 3 },
        changed_by_hand: false,
        used_in: [{ kind: "audience", id: "aud_mixed", name: "犹豫的会员" }],
      },
    },
    {
      id: "competitor",
      name: text("在看别家", "Looking elsewhere"),
      meaning: text("七天内提到过竞品；请加上自己的竞品名", "Named a competitor within a week"),
      body: {},
      words: ["竞品", "别家"],
      unless: ["没有竞品"],
      fields: [
        { id: "days", name: text("几天之内", "Within days"), unit: "days", usual: 7, low: 1, high: 365 },
      ],
      published: false,
      in_use: null,
    },
  ],
  own: [
    {
      id: "sig_formula",
      name: "逛奶粉没下单",
      people: 7,
      sentence: text("最近 3 天浏览商品至少 2 次", "At least 2 product views in the last 3 days"),
      definition: { event: "Product Viewed", within_days: 3, count: { gte: 2 } },
      half_life_days: 2,
      used_in: [],
    },
  ],
};

export function signalPreviewOf(members: Member[]): Views["SignalPreview"] {
  const few = members.slice(0, 3);
  return {
    count: few.length,
    of: members.length,
    sentence: text("最近 3 天浏览商品至少 4 次", "At least 4 product views in the last 3 days"),
    people: few.map((member) => ({
      person: { profile_id: member.id, name: member.name, identifier: member.phone },
      evidence: [{ name: "Product Viewed", label: text("浏览商品", "Product view"), at: daysAgo(1) }],
    })),
  };
}

type Handler = (asked: { ids: string[] }) => unknown;

export function signalRoutes(
  path: (pattern: string) => RegExp,
  members: Member[],
): [string, RegExp, Handler][] {
  return [
    ["GET", path("/signals/templates"), () => templates],
    ["POST", path("/signals/preview"), () => signalPreviewOf(members)],
    ["POST", path("/signals/own"), () => ({ kind: "signal", id: "sig_formula", version: 2 })],
    ["POST", path("/signals/templates/:id/preview"), () => signalPreviewOf(members)],
    ["POST", path("/signals/templates/:id"), ({ ids }) => ({ kind: "signal", id: ids[0], version: 2 })],
  ];
}
