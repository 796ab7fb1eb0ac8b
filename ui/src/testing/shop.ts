/** A small shop for pages and tests: two thousand members with traits and events, the same each time. */
import type { Views } from "@/shared/api/client";
import { dice } from "./dice.ts";

export const NOW = "2026-11-21T10:00:00+08:00";
const DAY_MS = 86_400_000;

export interface Member {
  id: string;
  name: string;
  phone: string;
  traits: Record<string, string | number | boolean>;
  /** Days before now at which each event happened. */
  events: Record<string, number[]>;
  consents: Set<string>;
}

const SURNAMES = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"] as const;
const CITIES = ["上海", "北京", "杭州", "成都", "广州", "南京"] as const;
const LEVELS = ["普通", "银卡", "金卡"] as const;

export const text = (zh: string, en: string): Views["Text"] => ({ zh, en });

export function daysAgo(days: number): string {
  return new Date(Date.parse(NOW) - days * DAY_MS).toISOString();
}

export function makeMembers(count: number): Member[] {
  const chance = dice(7);
  return Array.from({ length: count }, (_, index): Member => {
    const orders = Array.from({ length: chance.between(0, 9) }, () => chance.between(0, 400)).sort(
      (a, b) => a - b,
    );
    const spend = orders.reduce((sum) => sum + chance.between(3_000, 24_000), 0);
    const consents = new Set(["sms", "wecom", "email"].filter(() => chance.roll() < 0.72));
    return {
      id: `p_${String(10_000 + index)}`,
      name: `${chance.pick(SURNAMES)}**`,
      phone: `1${chance.between(30, 89)}****${chance.between(1000, 9999)}`,
      traits: {
        city: chance.pick(CITIES),
        level: chance.pick(LEVELS),
        total_spend: spend,
        orders: orders.length,
        days_since_order: orders[0] ?? 999,
        birthday_month: chance.between(1, 12),
        wecom_friend: consents.has("wecom"),
      },
      events: {
        "Order Completed": orders,
        "Product Viewed": Array.from({ length: chance.between(0, 12) }, () => chance.between(0, 120)),
        "Store Visited": Array.from({ length: chance.between(0, 4) }, () => chance.between(0, 200)),
        "Coupon Redeemed": Array.from({ length: chance.between(0, 2) }, () => chance.between(0, 300)),
      },
      consents,
    };
  });
}

export const vocabulary: Views["Vocabulary"] = {
  traits: [
    {
      id: "city",
      computed: false,
      name: text("城市", "City"),
      type: "text",
      unit: "none",
      values: [...CITIES],
    },
    {
      id: "level",
      computed: false,
      name: text("会员等级", "Member level"),
      type: "text",
      unit: "none",
      values: [...LEVELS],
    },
    {
      id: "total_spend",
      computed: true,
      name: text("累计消费", "Total spend"),
      type: "number",
      unit: "fen",
      values: [],
    },
    {
      id: "orders",
      computed: true,
      name: text("累计下单", "Orders so far"),
      type: "number",
      unit: "times",
      values: [],
    },
    {
      id: "days_since_order",
      computed: true,
      name: text("距上次下单", "Days since last order"),
      type: "number",
      unit: "days",
      values: [],
    },
    {
      id: "wecom_friend",
      computed: false,
      name: text("已加企业微信", "WeCom friend"),
      type: "yes_no",
      unit: "none",
      values: [],
    },
  ],
  events: [
    { id: "Order Completed", name: text("下单", "Ordered") },
    { id: "Product Viewed", name: text("看过商品", "Viewed a product") },
    { id: "Store Visited", name: text("进店", "Visited a store") },
    { id: "Coupon Redeemed", name: text("核销优惠券", "Redeemed a coupon") },
  ],
  signals: [{ id: "signal:hesitating", name: text("犹豫", "Hesitating"), of_items: false, values: [] }],
  properties: [
    { id: "revenue", name: text("金额", "amount"), of_items: false, values: [] },
    {
      id: "products.category",
      name: text("商品品类", "product category"),
      of_items: false,
      values: ["咖啡", "小食"],
    },
  ],
};

/** On the first day nothing has been seen that could be named. */
export const noWords: Views["Vocabulary"] = { traits: [], events: [], signals: [], properties: [] };

export function personRow(member: Member, note?: Views["Text"]): Views["PersonRow"] {
  const days = member.traits.days_since_order;
  return {
    profile_id: member.id,
    name: member.name,
    identifier: member.phone,
    city: String(member.traits.city),
    last_seen_at: typeof days === "number" && days < 999 ? daysAgo(days) : null,
    note: note ?? null,
  };
}
