/** What the home page shows: opportunities as a scan tells them, and goals that stand. */
import type { Views } from "@/shared/api/client";
import { found as one } from "./mock-answers.ts";
import { daysAgo, NOW, text } from "./shop.ts";

const day = 86_400_000;

function opportunity(
  id: Views["Opportunity"]["kind"],
  words: [title: Views["Text"], name: Views["Text"], why: Views["Text"]],
  [people, shared, point]: [number, number, number],
): Views["Opportunity"] {
  const [title, name, why] = words;
  return {
    opportunity_id: id.replace("_", "-"),
    kind: id,
    title,
    name,
    why,
    worth: text(
      "不做什么，30 天里他们大约会带来 ¥46,200 销售额：以往 6 个同样长的时段里，这样的人有 14.2% 会买，每位 ¥128。联系一次能多带来多少还没试过，这里按零售业常见的 0%～8% 假定。还没扣优惠和发送的成本",
      "If nothing is done they will bring about ¥46,200 of revenue in 30 days: in 6 past windows of that length 14.2% of such people bought, for ¥128 each. What a contact adds was never tried here; the usual 0% to 8% of retail is assumed. Costs of offers and messages are not taken off",
    ),
    people,
    shared,
    stake: { point, low: Math.round(point * 0.03), high: Math.round(point * 1.97), basis: "assumed" },
    usual: point * 25,
    lift: 0.04,
    window_days: 30,
    goal: text(`30天内，「${name.zh}」购买率 +4%`, `raise purchase rate by 4% in 30 days for “${name.en}”`),
    definition: { event: "Order Completed", within_days: 365 },
  };
}

const found = [
  opportunity(
    "successor",
    [
      text("买完这件，通常会买下一件", "After one item comes the next"),
      text("该买下一件的人", "people ready for the next item"),
      text(
        "别人买完他们最近买的那件，接着常买另一件，他们还没有买过。最多的是 二段奶粉（148 人）、婴儿米粉（136 人）",
        "Others who bought what they bought last went on to another item that these do not have yet. Most of all: 二段奶粉 (148), 婴儿米粉 (136).",
      ),
    ],
    [461, 120, 184_800],
  ),
  opportunity(
    "second",
    [
      text("第一单之后没有第二单", "A first order, and no second"),
      text("只买过一次的人", "people who bought once"),
      text(
        "下过一单，过了一周还没有第二单，也还没过大多数人回来的时间。比 30 天前多 31 人",
        "One order, a week or more ago, and still within the time in which most people return. 31 more than 30 days ago.",
      ),
    ],
    [226, 0, 84_400],
  ),
  opportunity(
    "quiet_best",
    [
      text("买得最多的人安静下来了", "The biggest spenders have gone quiet"),
      text("安静下来的大买家", "big spenders gone quiet"),
      text(
        "花钱最多的五分之一里，隔得比店里八成的回头客都久了还没回来",
        "Of the fifth that spends most, these have been away for longer than four returns in five take here.",
      ),
    ],
    [79, 12, 51_000],
  ),
  opportunity(
    "replenish",
    [
      text("常买的快用完了", "What they buy regularly is about used up"),
      text("该补货的人", "people due to restock"),
      text(
        "上次买的快用完了，最近三天没有下单",
        "What they bought is about used up, with no order in three days.",
      ),
    ],
    [196, 196, 42_000],
  ),
];

export const opportunities: Views["Opportunities"] = {
  status: "ready",
  sentence: text(
    "4 个机会，634 人，一个人只算一次：30 天里可能多带来 ¥100～¥6,300",
    "4 opportunities, 634 people, each counted once: ¥100 to ¥6,300 more in 30 days",
  ),
  scanned_at: NOW,
  last_order_at: daysAgo(1),
  money: "revenue",
  people: 634,
  point: 320_000,
  low: 10_000,
  high: 630_000,
  opportunities: found,
};

export const noOpportunities: Views["Opportunities"] = {
  ...opportunities,
  status: "no_orders",
  sentence: text(
    "还没有订单。拖一个订单文件进来，就能看到机会",
    "No orders yet. Drop a file of orders to begin",
  ),
  last_order_at: null,
  people: 0,
  opportunities: [],
};

export const standingGoals: Views["StandingGoalPage"] = {
  goals: [
    {
      id: "repurchase",
      version: 1,
      name: "复购率",
      text: "每月复购率 +5%",
      answers: {},
      autonomy: "approve",
      limits: { budget: 500_000, people: 2_000 },
      weekday: 1,
      hour: 9,
      paused: false,
      since: daysAgo(40),
      ends: null,
      next_review: new Date(Date.parse(NOW) + 3 * day).toISOString(),
      metric: { id: "repurchase_rate", name: text("复购率", "repurchase rate"), unit: "share" },
      direction: "up",
      review: {
        at: daysAgo(4),
        actor: "system:goals",
        version: 1,
        status: "behind",
        sure: false,
        sentence: text(
          "复购率 20.1%，按路线该到 20.6%：落后一点",
          "20.1% against 20.6% on the path: a little behind",
        ),
        level: {
          now: 0.201,
          low: 0.194,
          high: 0.208,
          foreseen: 0.203,
          foreseen_low: 0.195,
          foreseen_high: 0.211,
          people: 18_240,
        },
        base: 0.2,
        target: 0.21,
        path: 0.206,
        act: "waits",
        reason: text("做好了一份计划，等你批准", "A plan is ready and waits for you"),
        plan_id: "plan_ready",
        campaign_id: null,
        cost: 320_000,
        people: 1_800,
        used_cost: 0,
        used_people: 0,
      },
    },
  ],
};

type Handler = (asked: { ids: string[] }) => unknown;

export function homeRoutes(
  path: (pattern: string) => RegExp,
  empty: boolean,
  plan: (text: string) => Views["Plan"],
): [string, RegExp, Handler][] {
  return [
    ["GET", path("/goals/standing"), () => (empty ? { goals: [] } : standingGoals)],
    ["GET", path("/opportunities/progress"), () => ({ step: "groups", done: 3, of: 8 })],
    ["GET", path("/opportunities"), () => (empty ? noOpportunities : opportunities)],
    ["POST", path("/opportunities"), () => opportunities],
    [
      "POST",
      path("/opportunities/:id/plan"),
      ({ ids }) => plan(one(found, (each) => each.opportunity_id === ids[0]).goal.zh),
    ],
  ];
}
