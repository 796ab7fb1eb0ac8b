/** Proposals for pages and tests: one that waits, one whose trial has a verdict. */
import type { Views } from "@/shared/api/client";
import { found, Refusal } from "./mock-answers.ts";
import { daysAgo, text } from "./shop.ts";

const waits: Views["Proposal"] = {
  id: "proposal-1",
  status: "waits",
  settled: false,
  made_at: daysAgo(0),
  actor: "system:proposals",
  journey: "welcome",
  journey_name: "新会员欢迎",
  node: "send",
  sent: 1_204,
  rate: 0.101,
  expected: 0.2,
  headline: text(
    "打开率 10.1%（十次里有九次在 8.8%～11.6% 之间），低于预期 20.0%",
    "10.1% are opened (nine times out of ten 8.8% to 11.6%), below the 20.0% expected",
  ),
  findings: [
    text(
      "内容：「plain」 发出 1,204 条，打开 10.1%；其他 23.5%",
      "Content: 10.1% of 1,204 are opened with “plain”, 23.5% with others",
    ),
    text(
      "人群：「沉睡」 发出 310 条，打开 4.2%；其他 12.1%",
      "Group: 4.2% of 310 are opened with “dormant”, 12.1% with others",
    ),
  ],
  change: text("把内容从 「plain」 改成 「short」", "Change the content from “plain” to “short”"),
  because: text(
    "「short」 发出过 806 条，打开 23.5%。这些人不是随机分的，所以先试再说",
    "Of 806 messages with “short”, 23.5% were opened. Chance did not draw these people, so it is tried first",
  ),
  trial: text(
    "批准后，新进入的人一半照旧、一半按新的来，随机分；大约要 612 人、13 天",
    "Once approved, half of those who enter go as before and half the changed way, by chance; it takes about 612 people and 13 days",
  ),
  diff: [{ path: "send.content", before: "plain", after: "short" }],
  experiment: null,
  ends_at: null,
  verdict: "too_early",
  verdict_sentence: null,
};

const running: Views["Proposal"] = {
  ...waits,
  id: "proposal-2",
  status: "running",
  settled: true,
  journey: "renewal",
  journey_name: "会员到期提醒",
  node: "remind",
  findings: [],
  because: text(
    "20 点 发出过 410 条，打开 17.8%。这些人不是随机分的，所以先试再说",
    "Of 410 messages with 20:00, 17.8% were opened. Chance did not draw these people, so it is tried first",
  ),
  change: text("把发送时间从 随到随发 改成 20 点", "Change the hour of sending from as it comes to 20:00"),
  diff: [
    { path: "wait.next", before: "remind", after: "remind-hour" },
    { path: "remind-hour.kind", before: null, after: "until" },
    { path: "remind-hour.minute", before: null, after: "1200" },
  ],
  experiment: "days",
  ends_at: daysAgo(0),
  verdict: "better",
  verdict_sentence: text(
    "「改动 · changed」比「照旧 · as before」每百人多 6.1（打开率；十次里有九次在 2.2～10.0 之间）",
    "改动 · changed has 6.1 more per hundred than 照旧 · as before (open rate; nine times out of ten 2.2 to 10.0)",
  ),
};

export const proposals = [waits, running];

type Route = [string, RegExp, (asked: { ids: string[] }) => unknown];

/** Answers what is asked about proposals; orders move them on. */
export function proposalRoutes(empty: boolean): Route[] {
  const all = empty ? [] : [...proposals];
  const page = () => ({ proposals: all });
  const move = (order: string, from: string, to: Views["Proposal"]["status"]): Route => [
    "POST",
    new RegExp(`^/api/proposals/([^/]+)/${order}$`),
    ({ ids }) => {
      const before = found(all, (each) => each.id === ids[0]);
      if (!from.includes(before.status))
        throw new Refusal(409, "proposal_moved_on", "已经做过了", "It was done", "");
      const after = { ...before, status: to };
      all.splice(all.indexOf(before), 1, after);
      return after;
    },
  ];
  return [
    ["GET", /^\/api\/proposals$/, page],
    ["POST", /^\/api\/proposals\/look$/, page],
    move("approve", "waits", "running"),
    move("decline", "waits", "declined"),
    move("keep", "running", "kept"),
    move("roll-back", "running kept", "rolled_back"),
  ];
}
