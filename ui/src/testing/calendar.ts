/** A month with two campaigns that write to the same people, a quota that is passed, and a festival. */
import type { Views } from "@/shared/api/client";
import { NOW } from "./shop.ts";

const DAY_MS = 86_400_000;
const SMS = { zh: "短信", en: "SMS" };

type Route = [string, RegExp, (asked: { query: URLSearchParams }) => unknown];

const dayOf = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 10);
const TODAY = dayOf(Date.parse(NOW));

function load(day: string): Views["ChannelLoad"][] {
  const past = day < TODAY;
  const busy = day === ahead(3);
  if (!past && !busy && day > ahead(6)) return [];
  const messages = busy ? 5_400 : 1_280;
  const parts = past
    ? { sent: messages, queued: 0, planned: 0, usual: 0 }
    : { sent: 0, queued: 0, planned: messages - 280, usual: 280 };
  return [{ channel: "sms", name: SMS, messages, ...parts, limit: 5_000, over: busy ? 400 : 0 }];
}

function ahead(days: number): string {
  return dayOf(Date.parse(NOW) + days * DAY_MS);
}

function dayView(day: string): Views["CalendarDay"] {
  const weekend = [0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
  const festival =
    day === ahead(3) ? [{ id: "mid_autumn", name: { zh: "中秋", en: "Mid-Autumn" }, itself: true }] : [];
  return {
    day,
    kind:
      festival.length > 0
        ? "holiday"
        : day === ahead(-2) && weekend
          ? "moved_workday"
          : weekend
            ? "weekend"
            : "working",
    lunar: { zh: "初八", en: "8/8" },
    festivals: festival,
    load: load(day),
  };
}

const senders: Views["CalendarSender"][] = [
  {
    id: "camp_running",
    kind: "campaign",
    name: "30天内复购率 +5%",
    state: "running",
    first: ahead(-9),
    last: ahead(12),
    channels: [SMS],
    occasions: [],
    people: 18_400,
  },
  {
    id: "reminder",
    kind: "scheduled",
    name: "中秋前提醒",
    state: "running",
    first: ahead(-30),
    last: null,
    channels: [SMS],
    occasions: [`${ahead(3)}T09:00:00+08:00`],
    people: 4_200,
  },
  {
    id: "welcome",
    kind: "always",
    name: "欢迎新会员",
    state: "running",
    first: ahead(-30),
    last: null,
    channels: [SMS],
    occasions: [],
    people: 0,
  },
];

const conflicts: Views["CalendarConflict"][] = [
  {
    kind: "same_people",
    harm: true,
    first: ahead(3),
    last: ahead(3),
    senders: ["camp_running", "reminder"],
    people: 1_160,
    sentence: {
      zh: "「30天内复购率 +5%」和「中秋前提醒」同一天要找同样的 1,160 人；每天只许一条，后到的那条不会发",
      en: "“30天内复购率 +5%” and “中秋前提醒” write to the same 1,160 people on one day; one message a day is allowed, so the later is dropped",
    },
    next: {
      zh: "错开日期，或者给更要紧的活动更高的优先级",
      en: "move one of them, or give one the higher priority",
    },
  },
  {
    kind: "overload",
    harm: true,
    first: ahead(3),
    last: ahead(3),
    senders: [],
    people: 400,
    sentence: {
      zh: "短信一天最多 5,000 条，预计要发 5,400 条，有 400 条发不完",
      en: "SMS carries 5,000 a day, 5,400 are expected: 400 too many",
    },
    next: {
      zh: "把人分到更多天，或者换一个渠道",
      en: "spread the people over more days, or take another channel",
    },
  },
];

function calendar(query: URLSearchParams, empty: boolean): Views["CalendarView"] {
  const from = query.get("from") ?? TODAY;
  const to = query.get("to") ?? TODAY;
  const count = Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
  const days = Array.from({ length: count }, (_, place) =>
    new Date(Date.parse(from) + place * DAY_MS).toISOString().slice(0, 10),
  );
  return {
    from,
    to,
    today: TODAY,
    days: days.map((day) => (empty ? { ...dayView(day), load: [] } : dayView(day))),
    senders: empty ? [] : senders,
    conflicts: empty ? [] : conflicts.filter(({ first, last }) => first <= to && from <= last),
    sentence: empty
      ? { zh: "这段时间没有要处理的冲突", en: "Nothing clashes in these days" }
      : { zh: "这段时间有 2 处冲突要处理", en: "2 conflicts in these days to settle" },
  };
}

export function calendarRoutes(empty: boolean, people: () => unknown): Route[] {
  return [
    ["GET", /^\/api\/calendar$/, ({ query }) => calendar(query, empty)],
    ["GET", /^\/api\/calendar\/people$/, people],
  ];
}
