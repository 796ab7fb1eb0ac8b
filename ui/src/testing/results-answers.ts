/** What history answers to the five questions about results: made by simple rules, alike at every run. */
import type { Views } from "@/shared/api/client";
import { text } from "./shop.ts";

const TO = "2026-11-21";
const MONTHS = Array.from({ length: 12 }, (_, month) => ({
  bucket: 24_311 + month,
  day: new Date(Date.UTC(2025, 11 + month, 1)).toISOString().slice(0, 10),
  people: 640 + ((month * 83) % 210),
}));

const came = (age: number) => (age === 0 ? 0.09 : 0.225 - 0.006 * age);

export const retention: Views["RetentionView"] = {
  grain: "month",
  known_until: TO,
  sentence: text(
    "100 个新人里，22 个在第 1 个月回来，17 个在第 10 个月",
    "Of 100 who begin, 22 come back in month 1, 17 in month 10",
  ),
  cohorts: MONTHS.map(({ bucket, day, people }, month) => ({
    bucket,
    first_day: day,
    people,
    may_be_older: false,
    cells: MONTHS.slice(month).map((_, age) => ({
      age,
      people: Math.round(people * came(age)),
      share: came(age),
      amount: Math.round(people * came(age)) * 8_600,
      running: month + age === MONTHS.length - 1,
    })),
  })),
  curve: MONTHS.slice(1).map((_, age) => ({
    age,
    people: Math.round((11 - age) * 700 * came(age)),
    of: (11 - age) * 700,
    share: came(age),
    interval: [came(age) - 0.004 - age / 900, came(age) + 0.004 + age / 900],
    amount_share: age === 0 ? 1 : 0.26,
  })),
};

const brought = (days: number) => Math.round(17_100 + 41_000 * (1 - Math.exp(-days / 190)));

export const lifetime: Views["LifetimeView"] = {
  horizon_days: 365,
  basis: "revenue",
  known_until: TO,
  sentence: text(
    "一个新买家 365 天平均带来 ¥531 收入（十次里有九次在 ¥502～¥560 之间）",
    "A new buyer brings ¥531 of revenue in 365 days (nine times in ten ¥502 to ¥560)",
  ),
  model: true,
  backtest: { days: 334, people: 6_210, forecast: 404_526_900, came: 347_791_100 },
  margin_known: null,
  spend: 35_900_00,
  whole: worth(0, "", 9_350, 300),
  months: MONTHS.map(({ bucket, day, people }, month) =>
    worth(bucket, day.slice(0, 7), people, 330 - 30 * month),
  ),
  groups: [],
  curve: Array.from({ length: 13 }, (_, point) => ({
    days: point * 30,
    people: Math.max(9_350 - 760 * point, 190),
    value: brought(point * 30) + (point === 12 ? 9_800 : 0),
  })),
};

function worth(place: number, value: string, people: number, days: number): Views["LifetimeRow"] {
  const realised = brought(Math.max(days, 0));
  const whole = brought(365);
  return {
    place,
    group: { value, name: null },
    people,
    realised,
    expected: whole - realised,
    value: whole,
    interval: [whole - 2_900, whole + 2_900],
    whole: false,
    cac: place === 0 ? 13_296 : null,
    payback_days: place === 0 ? 0 : null,
  };
}

const MODELS = [
  "first",
  "last",
  "last_non_direct",
  "linear",
  "time_decay",
  "position",
  "markov",
  "shapley",
] as const;

function channel(
  place: number,
  key: string,
  name: Views["Text"],
  counts: [touches: number, conversions: number],
  shares: number[],
): Views["AttributionView"]["channels"][number] {
  const [touches, conversions] = counts;
  const credits = MODELS.map((model, at) => ({
    model,
    share: shares[at] ?? 0,
    amount: null,
    interval: null,
  }));
  const least = Math.min(...shares);
  const most = Math.max(...shares);
  return {
    place,
    key,
    name,
    campaign: "",
    action: "",
    others: 0,
    touches,
    conversions,
    credits,
    least,
    most,
  };
}

export const attribution: Views["AttributionView"] = {
  from: "2026-10-23",
  to: TO,
  sentence: text(
    "分给「抖音」的最多：各模型给 38%～61%，模型之间差得很远，别只信一个",
    "Most goes to Douyin: 38% to 61% by model; the models are far apart, do not trust one alone",
  ),
  conversions: 4_101,
  untouched: 2_190,
  value: 71_863_900,
  disagreement: 0.23,
  disagree: true,
  shapley_exact: true,
  unit: "",
  total: null,
  why_no_amounts: text(
    "这里只有份额：份额说的是「谁在场」，不是「谁带来的」。选一个留了对照组的活动，才能换算成金额或人数",
    "These are shares: who was there, not who caused it. Choose a campaign with a holdout to see amounts",
  ),
  channels: [
    channel(
      0,
      "douyin",
      text("抖音", "Douyin"),
      [3_120, 1_180],
      [0.61, 0.44, 0.44, 0.52, 0.47, 0.53, 0.41, 0.38],
    ),
    channel(
      1,
      "own:sms",
      text("自己的短信", "our SMS"),
      [1_740, 720],
      [0.21, 0.38, 0.38, 0.28, 0.34, 0.29, 0.36, 0.39],
    ),
    channel(2, "baidu", text("百度", "Baidu"), [640, 260], [0.18, 0.18, 0.18, 0.2, 0.19, 0.18, 0.23, 0.23]),
  ],
};

type Amounts = Views["SpendView"]["total"];

function amounts(cost: number, clicks: number, conversions: number, value: number): Amounts {
  return {
    cost,
    impressions: clicks * 62,
    clicks,
    touches: Math.round(clicks * 0.17),
    conversions,
    newcomers: Math.round(conversions * 0.12),
    value,
    roi: cost > 0 ? value / cost - 1 : null,
    cac: cost > 0 ? Math.round(cost / (conversions * 0.12)) : null,
  };
}

function node(
  key: string[],
  name: Views["Text"],
  told: Amounts,
  below: Views["SpendView"]["nodes"] = [],
): Views["SpendView"]["nodes"][number] {
  return { key, name, amounts: told, missing_days: [], below };
}

const douyin = amounts(2_390_000, 17_950, 1_180, 9_912_000);
const baidu = amounts(1_200_000, 8_700, 260, 2_236_000);

export const spend: Views["SpendView"] = {
  from: "2026-10-23",
  to: TO,
  basis: "revenue",
  model: "last_non_direct",
  currency: "CNY",
  sentence: text(
    "花了 ¥35,900，归因到 ¥121,480 收入（是归因，不是增量）",
    "¥35,900 spent, ¥121,480 of revenue attributed (attributed, not caused)",
  ),
  warnings: [],
  margin_known: null,
  nodes: [
    node(["douyin"], text("抖音", "Douyin"), douyin, [
      node(["douyin", "双十一预热"], text("双十一预热", "双十一预热"), douyin),
    ]),
    node(["baidu"], text("百度", "Baidu"), baidu, [
      node(["baidu", "奶粉词"], text("奶粉词", "奶粉词"), baidu),
    ]),
  ],
  untouched: { ...amounts(0, 0, 2_661, 59_715_000), roi: null, cac: null },
  total: { ...amounts(3_590_000, 26_650, 4_101, 71_863_000), roi: null },
  own: [],
};
