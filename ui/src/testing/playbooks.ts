/** Two playbooks: one that publishes, one that makes a plan of a goal. */
import type { Views } from "@/shared/api/client";
import { text } from "./shop.ts";

const channel: Views["PlaybookField"] = {
  id: "channel",
  name: text("用哪个渠道", "Channel"),
  kind: "channel",
  usual: "",
  low: 1,
  high: 365,
  optional: false,
  choices: [
    { id: "sms", name: "短信" },
    { id: "mail", name: "邮件" },
  ],
};
const days: Views["PlaybookField"] = {
  id: "days",
  name: text("多少天没买算沉睡", "Days without an order"),
  kind: "days",
  usual: 30,
  low: 1,
  high: 180,
  optional: false,
  choices: [],
};

export const playbooks: Views["PlaybookList"] = {
  playbooks: [
    {
      id: "more_visits",
      family: "goal",
      name: text("进店转化率提升", "More visits that end in an order"),
      story: text("给一个数字目标，先看方案再启动。", "Give a number, see the plan, then start."),
      fields: [{ ...days, name: text("多少天之内", "Within days") }],
    },
    {
      id: "recall",
      family: "member",
      name: text("老客召回", "Win back customers"),
      story: text("30 天没来的客户最多收到两条，下单就停。", "Two messages at most; an order ends it."),
      fields: [channel, days],
    },
  ],
};

const made: Views["PlaybookDefinition"][] = [
  { kind: "audience", id: "recall.lapsed", name: "该召回的老客", people: 428, body: {} },
  {
    kind: "content",
    id: "recall.first",
    name: "好久不见",
    people: null,
    body: { body: "有一阵子没见到你了。" },
  },
  { kind: "journey", id: "recall", name: "老客召回", people: null, body: {} },
];

type Handler = (asked: { ids: string[] }) => unknown;

export function playbookRoutes(path: (pattern: string) => RegExp): [string, RegExp, Handler][] {
  return [
    ["GET", path("/playbooks"), () => playbooks],
    [
      "POST",
      path("/playbooks/:id/preview"),
      ({ ids }) =>
        ids[0] === "recall"
          ? { definitions: made, goal: "" }
          : { definitions: [], goal: "30天内进店转化率 +5%，预算 80000 元" },
    ],
    ["POST", path("/playbooks/:id/start"), () => ({ definitions: made, plan_id: "" })],
  ];
}
