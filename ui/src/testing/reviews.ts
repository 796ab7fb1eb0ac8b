/** A review for pages and tests. */
import type { Views } from "@/shared/api/client";
import { daysAgo, text } from "./shop.ts";

type Bar = Views["ReviewBar"];
type Section = Views["ReviewSection"];

const bar = (label: Views["Text"], value: number, said: string, rest: Partial<Bar> = {}): Bar => ({
  label,
  value,
  text: text(said, said.replace(" 个百分点", " points").replace(" 人", " people")),
  tone: "plain",
  low: null,
  high: null,
  state: "",
  reason: "",
  ...rest,
});

const fact = (zh: string, en: string, value: string, under?: [string, string]): Views["ReviewFact"] => ({
  label: text(zh, en),
  value: text(value, value.replace(" 人", " people")),
  under: under ? text(...under) : null,
});

const section = (
  id: Section["id"],
  title: Views["Text"],
  lead: Views["Text"],
  rest: Partial<Section> = {},
) => ({
  id,
  title,
  lead,
  facts: [],
  chart: null,
  table: null,
  notes: [],
  points: [],
  ...rest,
});

const groups: Bar[] = [
  bar(text("一年内买过 1 次", "One order in a year"), 0.021, "+2.09 个百分点", { low: -0.002, high: 0.044 }),
  bar(text("一年内买过 2～3 次", "2–3 orders in a year"), 0.0375, "+3.75 个百分点", {
    low: 0.008,
    high: 0.067,
    tone: "good",
  }),
  bar(text("一年内买过 4 次以上", "4 or more orders in a year"), -0.052, "−5.23 个百分点", {
    low: -0.092,
    high: -0.012,
    tone: "harm",
  }),
];

export function reviewOf(campaign: Views["Campaign"]): Views["Review"] {
  return {
    campaign_id: campaign.campaign_id,
    plan_id: campaign.plan_id,
    title: campaign.goal,
    status: "final",
    verdict: "better",
    headline: text(
      "复购率比没被触达的人高 6.4%（十次里有九次在 0.4%～12.5% 之间）",
      "Repurchase rate is 6.4% higher than among people left alone (nine times out of ten 0.4% to 12.5%)",
    ),
    as_of: daysAgo(0),
    starts_at: campaign.started_at,
    ends_at: campaign.ends_at,
    facts: [
      fact("增量", "Lift", "+6.4%", ["+0.4%～+12.5%", "+0.4% to +12.5%"]),
      fact("目标", "Goal", "+5.0%", ["启动时预测 +7.2%", "forecast at launch +7.2%"]),
      fact("花费", "Spent", "¥32,974", ["预算 ¥35,000", "of ¥35,000"]),
      fact("多出来的毛利", "Extra margin", "+¥51,342", ["+¥12,729～+¥85,413", "+¥12,729 to +¥85,413"]),
    ],
    sections: [result(), did(), whom(), money(), trust(), ledger(), next()],
    method: text("按分组比较，CUPED 校正", "Compared as assigned, adjusted by CUPED"),
  };
}

function result(): Section {
  return section(
    "result",
    text("改变了什么", "What it changed"),
    text("结果落在启动时预测的范围里", "The result lies within the range forecast at launch"),
    {
      chart: {
        kind: "intervals",
        title: text("启动时的预测，和实际测到的增量", "The forecast at launch, and the measured lift"),
        unit: "lift",
        bars: [
          bar(text("启动时的预测", "Forecast at launch"), 0.072, "+7.2%", { low: -0.003, high: 0.148 }),
          bar(text("实际测到", "Measured"), 0.064, "+6.4%", { low: 0.004, high: 0.125, tone: "good" }),
        ],
        mark: bar(text("目标", "Goal"), 0.05, "+5.0%"),
      },
    },
  );
}

function did(): Section {
  const columns = [text("动作", "Action"), text("分到的人", "Assigned"), text("发出", "Sent")];
  return section(
    "did",
    text("做了什么", "What we did"),
    text(
      "3,254 人有意不触达作对照；一共发出 10,523 条",
      "3,254 were deliberately left alone; 10,523 messages went out",
    ),
    {
      table: {
        columns,
        rows: [
          [text("20 元券 · 短信", "¥20 coupon · SMS"), text("8,324", "8,324"), text("8,324", "8,324")],
          [text("20 元券 · 邮件", "¥20 coupon · e-mail"), text("2,199", "2,199"), text("2,199", "2,199")],
        ],
      },
    },
  );
}

function whom(): Section {
  return section(
    "groups",
    text("对谁有用", "For whom"),
    text(
      "收获最大的是「一年内买过 2～3 次」；「一年内买过 4 次以上」反而变差，下次别触达他们",
      '"2–3 orders in a year" gained most; "4 or more orders in a year" did worse: leave them alone next time',
    ),
    {
      chart: {
        kind: "intervals",
        title: text("各组人均变化；3 组一起看", "Change per person; the 3 ranges hold together"),
        unit: "points",
        bars: groups,
        mark: null,
      },
    },
  );
}

function money(): Section {
  return section(
    "money",
    text("花了多少，带来多少", "What it cost and brought in"),
    text("花了 ¥32,974，多带来毛利 +¥51,342", "¥32,974 spent, +¥51,342 of extra margin"),
    {
      facts: [
        fact("发送费", "Messages", "¥585"),
        fact("券的成本", "Coupons", "¥32,389", ["核销 1,888 张", "1,888 redeemed"]),
        fact("投入回报率（ROI）", "Return on spend (ROI)", "56%", ["−61%～159%", "−61% to 159%"]),
      ],
    },
  );
}

function trust(): Section {
  return section(
    "trust",
    text("可不可信", "Can it be believed"),
    text(
      "两边基本可比，但下面几点会让结果偏一点",
      "The sides can be compared, but what follows may bend the result a little",
    ),
    {
      facts: [fact("对照组占比", "Held out", "20.0%", ["和计划的比例对得上", "fits the planned share"])],
      notes: [
        {
          tone: "decide",
          text: text(
            "2.1% 的券是没分到的人用掉的，结果可能偏低",
            "2.1% of coupons were redeemed by people not assigned them; the lift may read too low",
          ),
        },
      ],
    },
  );
}

function ledger(): Section {
  return section(
    "ledger",
    text("谁收到了，谁没收到", "Who was reached, and who was not"),
    text("13,777 人够条件：10,523 人收到，3,254 人没有", "13,777 qualified: 10,523 were reached"),
    {
      chart: {
        kind: "bars",
        title: text("按原因", "By reason"),
        unit: "people",
        bars: [
          bar(text("已发送", "sent"), 10_523, "10,523 人", { tone: "good", state: "sent" }),
          bar(text("对照组：否则会收到", "holdout: would have been sent"), 3_254, "3,254 人", {
            state: "held_out",
            reason: "held_out:would_be_sent",
          }),
        ],
        mark: null,
      },
    },
  );
}

function next(): Section {
  return section(
    "next",
    text("学到什么，下一步", "What we learned, and what next"),
    text("有效，可以继续做；继续留对照组", "It works: go on, and keep holding people out"),
    { points: [text("下一次先给「一年内买过 2～3 次」", 'Start with "2–3 orders in a year" next time')] },
  );
}
