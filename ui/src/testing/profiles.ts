/** One member's page, and why a message came or did not, built from the small shop. */
import type { Views } from "@/shared/api/client";
import { running } from "./campaigns.ts";
import { daysAgo, type Member, text, vocabulary } from "./shop.ts";

export function profileOf(member: Member): Views["Profile"] {
  const orders = member.events["Order Completed"] ?? [];
  return {
    profile_id: member.id,
    name: member.name,
    first_seen_at: daysAgo(400),
    last_seen_at: daysAgo(2),
    sentence: text(
      `${member.traits.city}的${member.traits.level}会员，买过 ${orders.length} 次，上次是 ${orders[0] ?? "—"} 天前。`,
      `Member in ${member.traits.city}, ${orders.length} orders, the last one ${orders[0] ?? "—"} days ago.`,
    ),
    identifiers: [
      { kind: "user_id", value: member.id.replace("p_", "M"), since: daysAgo(400) },
      { kind: "phone", value: member.phone, since: daysAgo(400) },
      { kind: "wecom_id", value: "wm****3fQ", since: daysAgo(120) },
    ],
    traits: vocabulary.traits.map((word) => ({
      id: word.id,
      name: word.name,
      value: member.traits[word.id] ?? null,
      unit: word.unit,
      at: daysAgo(0),
    })),
    consents: [
      {
        words: text("短信 · 营销", "SMS · marketing"),
        channel: "sms",
        purpose: "marketing",
        topic: null,
        status: member.consents.has("sms") ? "granted" : "withdrawn",
        source: "小程序注册页",
        text_version: "v3",
        at: daysAgo(180),
      },
      {
        words: text("邮件 · 营销 · 新品", "E-mail · marketing · 新品"),
        channel: "email",
        purpose: "marketing",
        topic: "新品",
        status: member.consents.has("email") ? "granted" : "denied",
        source: "偏好中心",
        text_version: "v1",
        at: daysAgo(40),
      },
    ],
    audiences: [{ audience_id: "aud_sleeping", name: "沉睡会员", since: daysAgo(12) }],
    messages: [
      {
        message_key: "m2",
        campaign_id: running.campaign_id,
        goal: running.goal,
        channel: "sms",
        sent: false,
        state: "suppressed",
        reason: "frequency_cap",
        sentence: text("没发：这周已收到 2 条，达到上限", "Not sent: had 2 this week already, the cap"),
        at: daysAgo(3),
      },
      {
        message_key: "m1",
        campaign_id: running.campaign_id,
        goal: running.goal,
        channel: "wecom",
        sent: true,
        state: "delivered",
        reason: "",
        sentence: text("会员日新品，已送达", "Member day novelties, delivered"),
        at: daysAgo(9),
      },
    ],
    level: {
      level_id: "gold",
      name: "金卡",
      since: daysAgo(80),
      benefits: "免运费",
      rule: text("积分余额至少 300", "Points balance at least 300"),
      evidence: [],
    },
    next_level: {
      level_id: "black",
      name: "黑卡",
      benefits: "生日礼包",
      any_of: false,
      lacks: [
        { sentence: text("积分余额至少 1000", "Points balance at least 1000"), has: 420, needs: 1000 },
        { sentence: text("城市已知", "City is known"), has: null, needs: null },
      ],
    },
    points: {
      balance: 420,
      expire_next: 120,
      expire_next_at: daysAgo(-9),
      expiring: [{ at: daysAgo(-9), points: 120 }],
      changes: [
        {
          at: daysAgo(2),
          kind: text("使用", "spent"),
          points: 900,
          name: "Points Spent",
          reason: "",
          refused: true,
          balance: 420,
        },
        {
          at: daysAgo(9),
          kind: text("获得", "earned"),
          points: 420,
          name: "Points Earned",
          reason: "A-1001",
          refused: false,
          balance: 420,
        },
      ],
    },
    timeline: timelineOf(member),
    timeline_next: null,
  };
}

function timelineOf(member: Member): Views["Moment"][] {
  const names = new Map(vocabulary.events.map((word) => [word.id, word.name]));
  const happened = Object.entries(member.events).flatMap(([name, days]) =>
    days.map((ago): Views["Moment"] => ({
      at: daysAgo(ago + 0.1 * name.length),
      kind: "event",
      name,
      label: names.get(name) ?? text(name, name),
      detail: name === "Order Completed" ? text("鸡翅 2 份 · ¥86", "2 chicken wings · ¥86") : null,
    })),
  );
  const sent: Views["Moment"] = {
    at: daysAgo(9),
    kind: "message",
    name: "message.delivered",
    label: text("企业微信 · 会员日新品，已送达", "WeCom · member day novelties, delivered"),
    campaign_id: running.campaign_id,
  };
  const entered: Views["Moment"] = {
    at: daysAgo(12),
    kind: "audience",
    name: "audience.entered",
    label: text("进入「沉睡会员」", "Entered “Sleeping members”"),
    audience_id: "aud_sleeping",
  };
  return [...happened, sent, entered].sort((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, 30);
}

export function whyOf(member: Member): Views["Why"] {
  return {
    profile_id: member.id,
    campaign_id: running.campaign_id,
    goal: running.goal,
    sent: false,
    sentence: text(
      "没发：她这周已收到 2 条，达到每周上限",
      "Not sent: she had 2 messages this week, the weekly cap",
    ),
    decided_at: daysAgo(3),
    action: text("短信 · 满 50 减 5 · 鸡翅", "SMS · ¥5 off ¥50 · chicken wings"),
    steps: [
      {
        gate: "consent",
        label: text("同意", "Consent"),
        passed: true,
        detail: text("短信营销，2026 年 5 月同意", "SMS marketing, agreed in May 2026"),
      },
      { gate: "quiet_hours", label: text("安静时段", "Quiet hours"), passed: true, detail: null },
      {
        gate: "channel",
        label: text("通道额度与签名", "Channel quota and signature"),
        passed: true,
        detail: null,
      },
      {
        gate: "frequency_cap",
        label: text("频次上限", "Frequency cap"),
        passed: false,
        detail: text(
          "每周最多 2 条；11 月 17 日和 19 日各收到 1 条",
          "At most 2 a week; one each on 17 and 19 Nov",
        ),
      },
      { gate: "budget", label: text("预算", "Budget"), passed: null, detail: null },
      { gate: "holdout", label: text("对照组", "Left alone"), passed: null, detail: null },
    ],
  };
}
