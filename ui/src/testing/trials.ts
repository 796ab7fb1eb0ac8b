/** The welcome journey tried for one person and for a group, as the server would answer. */
import type { Views } from "@/shared/api/client";
import { daysAgo } from "./shop.ts";

function step(
  inDays: number,
  node: string,
  kind: string,
  rest: Partial<Views["TrialStepView"]> = {},
): Views["TrialStepView"] {
  return { at: daysAgo(-inDays), node, kind, way: "", until: null, ...rest };
}

export const triedWelcome: Views["TrialAnswer"] = {
  profile_id: "p_10005",
  began: daysAgo(0),
  standing: false,
  refused: "",
  refused_said: null,
  steps: [
    step(0, "try", "experiment", { way: "先讲门店" }),
    step(0, "send-changed", "send"),
    step(0, "week", "wait", { until: daysAgo(-7) }),
    step(7, "bought", "condition", { way: "yes" }),
    step(7, "morning", "until", { until: daysAgo(-8) }),
    step(8, "remind", "send"),
    step(8, "done", "exit"),
  ],
  messages: [
    {
      at: daysAgo(0),
      node: "send-changed",
      channel: "sms",
      content: "store",
      purpose: "marketing",
      state: "queued",
      reason: "",
      said: { zh: "已通过，等待发送。", en: "Let through, waiting to be sent." },
      leaves: daysAgo(0),
      shown: {
        look: "sms",
        channel: "sms",
        language: "zh-CN",
        problem: null,
        subject: "",
        preheader: "",
        body: "王芳，离你最近的门店有新会员专区，到店就送试吃装。",
        text: "【小店】王芳，离你最近的门店有新会员专区，到店就送试吃装。",
        sender: "小店",
        fields: [],
        sms: null,
        hits: [],
      },
    },
    {
      at: daysAgo(-8),
      node: "remind",
      channel: "wecom",
      content: "remind",
      purpose: "service",
      state: "suppressed",
      reason: "suppressed:wecom",
      said: {
        zh: "没发：企业微信已停止联系（退订、投诉或地址无效）。",
        en: "Not sent: WeCom is suppressed (opt-out or bad address).",
      },
      leaves: null,
      shown: null,
    },
  ],
  end: "done",
  end_said: { zh: "走到结束", en: "walked to the end" },
  ended: daysAgo(-8),
};

export const triedGroup: Views["GroupTrialAnswer"] = {
  began: daysAgo(0),
  people: 5_120,
  tried: 2_000,
  entered: 4_608,
  refused: [
    {
      reason: "been_inside",
      said: {
        zh: "已经进过，按重入规则不能再进",
        en: "was in it already, and the rule of re-entry lets nobody in again",
      },
      people: 512,
    },
  ],
  ends: [{ reason: "done", said: { zh: "走到结束", en: "walked to the end" }, people: 4_608 }],
  nodes: [
    {
      id: "try",
      kind: "experiment",
      came: 4_608,
      gate: [],
      onward: to({ send: 2_290, "send-changed": 2_318 }),
    },
    { id: "send", kind: "send", came: 2_290, gate: gateOf(2_100, 190), onward: to({ week: 2_290 }) },
    { id: "send-changed", kind: "send", came: 2_318, gate: gateOf(2_120, 198), onward: to({ week: 2_318 }) },
    { id: "week", kind: "wait", came: 4_608, gate: [], onward: to({ bought: 4_608 }) },
    { id: "bought", kind: "condition", came: 4_608, gate: [], onward: to({ done: 4_608 }) },
    { id: "done", kind: "exit", came: 4_608, gate: [], onward: [] },
  ],
};

function to(people: Record<string, number>): Views["Onward"][] {
  return Object.entries(people).map(([node, count]) => ({ node, people: count }));
}

function gateOf(sent: number, held: number): Views["GateCount"][] {
  return [
    { state: "queued", reason: "", said: { zh: "已通过，等待发送", en: "let through" }, people: sent },
    {
      state: "suppressed",
      reason: "no_consent:sms",
      said: { zh: "没发：没有同意接收短信营销", en: "not sent: no consent to marketing by SMS" },
      people: held,
    },
  ];
}
