/** Journeys for pages and tests: two versions, the newer one on trial; a second author can be played. */
import type { Views } from "@/shared/api/client";
import { found, Refusal } from "./mock-answers.ts";
import { daysAgo } from "./shop.ts";
import { triedGroup, triedWelcome } from "./trials.ts";

function node(id: string, kind: string, arrived: number, rest: Partial<Views["JourneyNode"]> = {}) {
  return { id, kind, arrived, waiting: 0, sent: 0, opened: 0, clicked: 0, ...rest };
}

export const welcome: Views["JourneyReport"] = {
  bandits: [],
  id: "welcome",
  name: "新会员欢迎",
  versions: [
    {
      version: 2,
      status: "live",
      entered: 412,
      inside: 96,
      moved: 0,
      left: { goal: 31, done: 285 },
      nodes: [
        node("try", "experiment", 412),
        node("send", "send", 203, { sent: 191, opened: 19, clicked: 4 }),
        node("send-changed", "send", 209, { sent: 196, opened: 47, clicked: 11 }),
        node("week", "wait", 412, { waiting: 96 }),
        node("bought", "condition", 316),
        node("morning", "until", 241, { waiting: 12 }),
        node("remind", "send", 229, { sent: 214, opened: 66, clicked: 23 }),
        node("done", "exit", 285),
      ],
    },
    {
      version: 1,
      status: "old",
      entered: 1_204,
      inside: 0,
      moved: 0,
      left: { goal: 118, done: 1_086 },
      nodes: [
        node("send", "send", 1_204, { sent: 1_131, opened: 114, clicked: 20 }),
        node("week", "wait", 1_204),
        node("done", "exit", 1_086),
      ],
    },
  ],
};

const bodies: Record<number, Record<string, unknown>> = {
  1: {
    name: "新会员欢迎",
    trigger: { on: "event", name: "Order Completed" },
    goal_event: "Store Visited",
    nodes: [
      { id: "send", kind: "send", channel: "sms", content: "welcome", next: "week" },
      { id: "week", kind: "wait", duration_s: 604_800, next: "done" },
      { id: "done", kind: "exit" },
    ],
  },
  2: {
    name: "新会员欢迎",
    trigger: { on: "event", name: "Order Completed" },
    goal_event: "Store Visited",
    nodes: [
      {
        id: "try",
        kind: "experiment",
        arms: [
          { id: "原来的", share: 0.5, next: "send" },
          { id: "先讲门店", share: 0.5, next: "send-changed" },
        ],
      },
      { id: "send", kind: "send", channel: "sms", content: "welcome", next: "week" },
      { id: "send-changed", kind: "send", channel: "sms", content: "store", next: "week" },
      { id: "week", kind: "wait", duration_s: 604_800, next: "bought" },
      {
        id: "bought",
        kind: "condition",
        when: { all: [{ event: "Product Viewed", within_days: 7, count: { gte: 2 } }] },
        yes: "morning",
        no: "done",
      },
      { id: "morning", kind: "until", minute: 600, next: "remind" },
      { id: "remind", kind: "send", channel: "wecom", content: "remind", next: "done", purpose: "service" },
      { id: "done", kind: "exit" },
    ],
    notes: { remind: "店长：周末不要早于十点" },
  },
};

const named: Record<string, Record<string, Record<string, unknown>>> = {
  channel: { sms: { kind: "sms" }, email: { kind: "smtp" }, wecom: { kind: "wecom" } },
  content: {
    plain: { body: "{{ customer.name }}，新品到店了。" },
    short: { body: "新品到店，来看看。" },
    warm: { body: "{{ customer.name }}，好久不见，给你留了一份小礼物。" },
    welcome: { body: "{{ customer.name }}，欢迎加入。首单满 99 减 15，七天内有效。" },
    store: { body: "{{ customer.name }}，离你最近的门店有新会员专区，到店就送试吃装。" },
    remind: { body: "{{ customer.name }}，你看过的那几款还在，到店可以先试。" },
  },
  campaign: {},
};

interface Asked {
  ids: string[];
  query: URLSearchParams;
  request: Request;
}

type Route = [string, RegExp, (asked: Asked) => unknown];

export class MockJourneys {
  private readonly written: Map<string, Record<string, unknown>[]>;

  private readonly empty: boolean;
  /** Publishes what is no journey. */
  private readonly otherwise: (body: Views["DefinitionRequest"]) => unknown;

  constructor(empty: boolean, otherwise: (body: Views["DefinitionRequest"]) => unknown) {
    this.empty = empty;
    this.otherwise = otherwise;
    this.written = new Map(empty ? [] : [["welcome", Object.values(bodies)]]);
  }

  routes(path: (pattern: string) => RegExp): Route[] {
    return [
      ["GET", path("/journeys"), () => ({ journeys: [...this.written.keys()].map((id) => this.row(id)) })],
      ["POST", path("/journeys/check"), async ({ request }) => checked(await request.json())],
      ["POST", path("/journeys/try"), () => triedWelcome],
      ["POST", path("/journeys/try/group"), () => triedGroup],
      ["GET", path("/journeys/:id/report"), ({ ids }) => this.report(ids[0] ?? "")],
      ["GET", path("/definitions/journey/:id"), ({ ids, query }) => this.read(ids[0] ?? "", query)],
      [
        "GET",
        path("/definitions/:id"),
        ({ ids }) => ({ definitions: this.empty ? {} : (named[ids[0] ?? ""] ?? {}) }),
      ],
      ["POST", path("/definitions"), async ({ request }) => this.publish(await request.json())],
    ];
  }

  private versions(id: string): Record<string, unknown>[] {
    return found([...this.written], ([each]) => each === id)[1];
  }

  private row(id: string): Views["JourneyRow"] {
    const versions = this.versions(id);
    const newest = versions.at(-1) as { name: string; trigger: Record<string, unknown>; nodes: unknown[] };
    const counted = id === "welcome";
    return {
      id,
      name: newest.name,
      version: versions.length,
      status: "live",
      inside: counted ? 96 : 0,
      entered: counted ? 1_616 : 0,
      nodes: newest.nodes.length,
      trigger: newest.trigger,
      campaign: "",
      published_at: daysAgo(3),
    };
  }

  private report(id: string): Views["JourneyReport"] {
    const { name } = this.row(id);
    return id === "welcome" ? welcome : { id, name, versions: [], bandits: [] };
  }

  private read(id: string, query: URLSearchParams): Views["DefinitionView"] {
    const versions = this.versions(id);
    const version = Number(query.get("version")) || versions.length;
    const body = found(versions, (each) => each === versions[version - 1]);
    return { kind: "journey", id, version, body, status: version === versions.length ? "live" : "old" };
  }

  private publish(asked: Views["DefinitionRequest"]): unknown {
    const { kind, id, body, version } = asked;
    if (kind !== "journey") return this.otherwise(asked);
    const versions = this.written.get(id) ?? [];
    if (version && version !== versions.length + 1) {
      throw new Refusal(409, "conflict", `${kind} ${id} 刚被别人改过`, `${kind} ${id} has been changed`, "");
    }
    this.written.set(id, [...versions, body]);
    return { kind, id, version: versions.length + 1 };
  }
}

/** One thing is found, as an example: a wait of more than half a year, which a shorter one mends. */
function checked({ body }: Views["JourneyDraft"]): Views["JourneyProblems"] {
  const nodes = body.nodes as { id: string; kind: string; duration_s?: number }[];
  const place = nodes.findIndex((node) => (node.duration_s ?? 0) > 180 * 86_400);
  const node = nodes[place];
  if (!node) return { problems: [], mended: null };
  const patch = [{ op: "replace" as const, path: `/nodes/${place}/duration_s`, value: 90 * 86_400 }];
  const fix = { zh: "改成等 90 天", en: "Wait 90 days", patch };
  return {
    problems: [
      {
        code: "long_wait",
        node: node.id,
        severity: "warning",
        zh: "等了半年以上",
        en: "Waits over half a year",
        fix,
      },
    ],
    mended: null,
  };
}
