/** Work for people of the sample shop: leads, tasks, tickets, and who there is to do it. */
import type { Views } from "@/shared/api/client";
import { approvalRoutes } from "./approvals.ts";
import { makeMembers, personRow, text } from "./shop.ts";

type Work = Views["Work"];

const people = makeMembers(12);
const choice = (id: string, zh: string, en: string): Views["WorkChoice"] => ({ id, name: text(zh, en) });
const care: Views["Named"] = { id: "care", name: "客服组" };

export const stages = [
  choice("new", "新线索", "New"),
  choice("contacted", "已联系", "Contacted"),
  choice("qualified", "有意向", "Qualified"),
];
const callOutcomes = [
  choice("reached", "已沟通", "Talked"),
  choice("no_answer", "没接通", "No answer"),
  choice("declined", "不需要", "Not interested"),
];

function work(place: number, more: Partial<Work>): Work {
  const member = people[place % people.length];
  if (!member) throw new Error("the shop has members");
  return {
    id: `task_${String(place).padStart(16, "0")}`,
    kind: "task",
    sort: "call",
    state: "open",
    stage: null,
    title: "到期前回访",
    text: "您好，您的会员还有三天到期，续费可以保留 1,280 积分。",
    person: personRow(member),
    team: care,
    owner: { id: "li", name: "李敏" },
    origin: "journey:renewal/call",
    why: text("旅程「续费阶梯」走到了这一步", "the journey “renewal ladder” came to this step"),
    score: null,
    reasons: [],
    fields: {},
    amount: 0,
    due_at: "2026-11-21T18:00:00+08:00",
    overdue: false,
    opened_at: "2026-11-21T09:00:00+08:00",
    changed_at: "2026-11-21T09:00:00+08:00",
    outcome: null,
    outcomes: callOutcomes,
    ...more,
  };
}

const lead = (place: number, score: number, stage: number): Work =>
  work(place, {
    id: `lead_${String(place).padStart(16, "0")}`,
    kind: "lead",
    sort: "",
    title: "高意向客户",
    text: "",
    stage: stages[stage] ?? null,
    origin: "score",
    why: text(`意向分到了 ${score}`, `the score came to ${score}`),
    score,
    reasons: [
      { name: "下载白皮书", points: 40 },
      { name: "看价格页", points: score - 40 },
    ],
    due_at: null,
  });

export const leads: Work[] = [lead(0, 92, 0), lead(1, 71, 0), lead(2, 118, 1), lead(3, 64, 2)];
const tickets: Work[] = [
  work(4, {
    id: "ticket_0000000000000004",
    kind: "ticket",
    sort: "high",
    title: "物流投诉",
    text: "搜索了「物流太慢」",
    why: text("规则「物流投诉」触发", "raised by the rule “物流投诉”"),
    due_at: "2026-11-21T09:30:00+08:00",
    overdue: true,
  }),
  work(5, {
    id: "ticket_0000000000000005",
    kind: "ticket",
    sort: "normal",
    title: "发票抬头改错",
    owner: null,
  }),
];
const tasks: Work[] = [work(6, {}), work(7, { sort: "confirm", title: "确认群发：周末试喝" })];
export const dealStages = [
  choice("talking", "洽谈中", "Talking"),
  choice("offer", "已报价", "Offer made"),
  choice("contract", "走合同", "Contract"),
];
const deal = (place: number, amount: number, stage: number, title: string): Work =>
  work(place, {
    id: `deal_${String(place).padStart(16, "0")}`,
    kind: "deal",
    sort: "",
    title,
    text: "",
    amount,
    stage: dealStages[stage] ?? null,
    origin: "person",
    why: text("李敏建立", "opened by 李敏"),
    outcomes: [choice("won", "成交", "Won"), choice("lost", "丢单", "Lost")],
  });
const deals = [
  deal(8, 1_280_000, 0, "企业团购，中秋礼盒"),
  deal(9, 360_000, 0, "公司下午茶月订"),
  deal(10, 4_600_000, 1, "连锁门店供货"),
];
const all = [...leads, ...deals, ...tickets, ...tasks];

const history: Views["WorkChange"][] = [
  {
    what: text("交给 李敏", "given to 李敏"),
    by: text("系统", "the system"),
    at: "2026-11-21T09:00:00+08:00",
    note: "",
  },
  { what: text("建立", "opened"), by: text("系统", "the system"), at: "2026-11-21T09:00:00+08:00", note: "" },
];

const overview: Views["RelateOverview"] = {
  staff: [
    { id: "li", name: "李敏", team: "care", away: false, open: 4 },
    { id: "sun", name: "孙阳", team: "sales", away: true, open: 2 },
  ],
  teams: [care],
  lead_stages: stages,
  deal_stages: dealStages,
  fields: [],
  open: { lead: leads.length, deal: deals.length, task: tasks.length, ticket: tickets.length },
  overdue: 1,
  waiting: 1,
  threshold: 60,
};

interface Asked {
  ids: string[];
  query: URLSearchParams;
  request: Request;
}

/** Answers for lists and cards; an order with an outcome closes what it is given to. */
export function workRoutes(empty: boolean): [string, RegExp, (asked: Asked) => unknown][] {
  const known = empty ? [] : all.map((each) => ({ ...each }));
  const find = (id: string | undefined) => known.find((each) => each.id === id) ?? work(6, {});
  return [
    ...approvalRoutes(empty),
    ["GET", /^\/api\/relate$/, () => (empty ? { ...overview, staff: [], threshold: null } : overview)],
    [
      "GET",
      /^\/api\/work$/,
      ({ query }) => {
        const works = known.filter(
          (each) =>
            each.kind === query.get("kind") &&
            each.state === query.get("state") &&
            (query.get("overdue") !== "true" || each.overdue) &&
            (query.get("waiting") !== "true" || each.owner === null),
        );
        return { total: works.length, works, next: null };
      },
    ],
    ["GET", /^\/api\/work\/([^/]+)$/, ({ ids }) => ({ work: find(ids[0]), history, notes: [] })],
    ["POST", /^\/api\/work\/([^/]+)\/phone$/, () => ({ phone: "+8613800138046" })],
    [
      "POST",
      /^\/api\/work\/([^/]+)\/orders$/,
      async ({ ids, request }) => {
        const order = (await request.json()) as Views["WorkOrder"];
        const changed = find(ids[0]);
        if (order.outcome) {
          changed.state = "closed";
          changed.outcome = changed.outcomes.find((each) => each.id === order.outcome) ?? null;
        }
        if (order.stage) changed.stage = stages.find((each) => each.id === order.stage) ?? null;
        return changed;
      },
    ],
    [
      "GET",
      /^\/api\/profiles\/[^/]+\/work$/,
      () => ({
        works: empty ? [] : [...tickets.slice(0, 1)],
        notes: empty
          ? []
          : [
              {
                id: "note_1",
                work: "",
                by: text("李敏", "李敏"),
                at: "2026-11-20T15:00:00+08:00",
                text: "只接上午的电话",
              },
            ],
      }),
    ],
    ["POST", /^\/api\/profiles\/[^/]+\/notes$/, () => ({ id: "note_2" })],
  ];
}
