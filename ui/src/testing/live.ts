/** A running campaign for pages and tests: two copies of which one wins, guardrails, and what the system did. */
import type { Views } from "@/shared/api/client";
import { rowOf } from "./campaigns.ts";
import { found } from "./mock-answers.ts";
import { NOW, text } from "./shop.ts";

const HOURS = 14;
const MOVES = [
  { hour: 0, a: 0.5 },
  { hour: 4, a: 0.66 },
  { hour: 6, a: 0.8 },
  { hour: 9, a: 0.9 },
];

const hourAgo = (hours: number) => new Date(Date.parse(NOW) - hours * 3_600_000).toISOString();
const shareAt = (hour: number) => MOVES.filter((move) => move.hour <= hour).at(-1)?.a ?? 0.5;
const peopleAt = (hour: number) => Math.round(900 * (1 + 0.3 * Math.sin((hour / HOURS) * 6)));

const test: Views["LiveTest"] = {
  action: "coupon-5.sms",
  variants: [
    { id: "A", content: "autumn-warm", share: 0.9, best: 0.97, people: 6_210, responses: 331 },
    { id: "B", content: "autumn-plain", share: 0.1, best: 0.03, people: 3_104, responses: 112 },
  ],
  standing: text("A 更好的把握：97%", "A is the better one with 97% certainty"),
  claim: text(
    "A 比 B 每百人多 1.7 个回应（十次里有九次在 0.4～3.0 之间）。",
    "A brings 1.7 more responses per hundred people than B (nine times out of ten between 0.4 and 3.0).",
  ),
  gain: text(
    "自动调配带来约 +26 个回应（十次里有九次在 6～46 之间）。",
    "Moving people brought about +26 responses (nine times out of ten between 6 and 46).",
  ),
  second_opinion: [0.0164],
  held: false,
  moves: MOVES.map((move) => ({
    at: hourAgo(HOURS - move.hour),
    shares: [move.a, 1 - move.a],
    by_system: move.hour > 0,
  })),
  river: Array.from({ length: HOURS }, (_, hour) => {
    const a = Math.round(peopleAt(hour) * (0.05 + 0.9 * shareAt(hour)));
    return { at: hourAgo(HOURS - hour), people: [a, peopleAt(hour) - a] };
  }),
};

const steered = (hour: number, before: number, after: number, number: number): Views["LiveEntry"] => ({
  number,
  at: hourAgo(HOURS - hour),
  kind: "steered",
  by_system: true,
  sentence: text(
    `把版本 A 的份额从 ${before}% 调到 ${after}%`,
    `Moved variant A from ${before}% to ${after}%`,
  ),
  why: text(
    "A 更好的把握：97%。A 6,210 人里 331 人有回应，B 3,104 人里 112 人有回应。",
    "A is the better one with 97% certainty: 331 of 6,210 responded to A, 112 of 3,104 responded to B.",
  ),
  undo: after === 90 ? text("回到之前的份额，并且不再自动调", "Go back to the shares before") : null,
});

export function liveOf(campaign: Views["Campaign"]): Views["CampaignLive"] {
  const tested = campaign.campaign_id === "camp_running";
  const paused = campaign.status === "paused";
  return {
    campaign_id: campaign.campaign_id,
    as_of: NOW,
    state: paused
      ? "paused"
      : campaign.status === "stopped"
        ? "stopped"
        : campaign.status === "done"
          ? "done"
          : "running",
    paused: paused
      ? text("活动暂停中：有人按下了暂停。", "The campaign is paused: somebody paused it.")
      : null,
    started: tested ? 0.62 : 1,
    next_look_at: tested ? hourAgo(-1) : null,
    tests: tested ? [test] : [],
    canary: tested
      ? null
      : {
          standing: "waits",
          sent: 240,
          behind: 23_760,
          decides_at: hourAgo(-0.5),
          signs: [
            { name: text("没有送到", "not delivered"), count: 3, limit: 0.05 },
            { name: text("投诉", "complaints"), count: 0, limit: 0.003 },
            { name: text("退订", "opt-outs"), count: 1, limit: 0.02 },
          ],
        },
    guardrails: [
      {
        metric: "complaint_rate",
        name: text("投诉率", "complaint rate"),
        gauge: "quiet",
        value: 0.0004,
        limit: 0.003,
        fill: 0.05,
        sentence: text(
          "48,212 条里 19 条，0.04%；要求不超过 0.30%。",
          "19 of 48,212 messages, 0.04%; it should be at most 0.30%.",
        ),
      },
      {
        metric: "unsubscribe_rate",
        name: text("退订率", "unsubscribe rate"),
        gauge: "near",
        value: 0.021,
        limit: 0.02,
        fill: 0.64,
        sentence: text(
          "48,212 条里 1,012 条，2.10%；要求不超过 2.00%。",
          "1,012 of 48,212 messages, 2.10%; it should be at most 2.00%.",
        ),
      },
    ],
    log: [
      ...(tested ? [steered(9, 80, 90, 14), steered(6, 66, 80, 13), steered(4, 50, 66, 12)] : []),
      {
        number: 11,
        at: campaign.started_at,
        kind: "launched",
        by_system: false,
        sentence: text("启动", "Launched"),
        why: null,
        undo: null,
      },
    ],
    spend: tested
      ? Array.from({ length: HOURS }, (_, hour) => ({
          at: hourAgo(HOURS - hour),
          spent: Math.round(6_412_000 * ((hour + 1) / HOURS) ** 1.2),
          planned: Math.round((6_400_000 * (hour + 1)) / HOURS),
        }))
      : [],
    pace: tested ? "even" : "early",
    pace_words: tested
      ? text(
          "消息费已花 ¥64,120.00，和计划的 ¥64,000.00 差不多",
          "¥64,120.00 spent on messages, close to the planned ¥64,000.00",
        )
      : null,
  };
}

type Route = [string, RegExp, (asked: { ids: string[]; request: Request }) => unknown];

/** The campaigns in `all` as a list, how each stands, and orders, which change it. */
export function liveRoutes(path: (pattern: string) => RegExp, all: Views["Campaign"][]): Route[] {
  const campaign = (id: string | undefined) => found(all, (each) => each.campaign_id === id);
  const order = (id: string | undefined, { order }: Views["CampaignOrder"]): Views["CampaignOrdered"] => {
    const status = order === "pause" ? "paused" : order === "stop" ? "stopped" : "running";
    const before = campaign(id);
    all.splice(all.indexOf(before), 1, { ...before, status });
    return { campaign_id: before.campaign_id, state: status, changed: before.status !== status };
  };
  return [
    ["GET", path("/campaigns"), () => ({ campaigns: all.map(rowOf) })],
    ["GET", path("/campaigns/:id/live"), ({ ids }) => liveOf(campaign(ids[0]))],
    ["POST", path("/campaigns/:id/orders"), async ({ ids, request }) => order(ids[0], await request.json())],
  ];
}
