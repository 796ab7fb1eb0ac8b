/** A small directory of tags with one of each oddity. */
import type { Views } from "@/shared/api/client";
import { daysAgo } from "./shop.ts";

const plain: Views["TagRow"] = {
  tag_id: "",
  name: "",
  category: "",
  owner: "",
  meaning: "",
  by: "hand",
  rule: null,
  where: null,
  expires_days: null,
  excludes: [],
  people: 0,
  share: 0,
  used_in: [],
  conflicts: [],
  unused: false,
  version: 1,
  updated_at: daysAgo(40),
  last_put_at: null,
};

export const tagDirectory: Views["TagDirectory"] = {
  of: 2_000,
  tags: [
    {
      ...plain,
      tag_id: "vip",
      name: "VIP",
      category: "会员",
      owner: "会员部",
      meaning: "一年消费满一万元",
      by: "rule",
      rule: {
        zh: "最近 365 天下单的金额合计至少 10000",
        en: "Total amount of orders in the last 365 days at least 10000",
      },
      where: { event: "Order Completed", within_days: 365, property: "revenue", sum: { gte: 10_000 } },
      excludes: ["new"],
      people: 86,
      share: 0.043,
      used_in: [{ kind: "journey", id: "vip_care", name: "VIP 专属顾问" }],
      conflicts: [{ kind: "exclusive", tag_id: "new", name: "新客户", people: 3, share: 0.01 }],
    },
    {
      ...plain,
      tag_id: "new",
      name: "新客户",
      category: "会员",
      owner: "会员部",
      meaning: "首次下单 30 天内",
      expires_days: 30,
      people: 214,
      share: 0.107,
      used_in: [{ kind: "audience", id: "welcome", name: "迎新" }],
      conflicts: [{ kind: "exclusive", tag_id: "vip", name: "VIP", people: 3, share: 0.01 }],
      last_put_at: daysAgo(1),
    },
    {
      ...plain,
      tag_id: "expo_2024",
      name: "2024 展会",
      owner: "市场部",
      people: 37,
      share: 0.0185,
      unused: true,
    },
  ],
};
