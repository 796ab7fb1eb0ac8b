/** Dashboards with answers made from nothing but the question, alike each time. */
import type { Views } from "@/shared/api/client";
import { found, Refusal } from "./mock-answers.ts";
import { NOW } from "./shop.ts";

const DAY_MS = 86_400_000;

type Tile = Views["TileView"];
type Route = [string, RegExp, (asked: { ids: string[]; request: Request }) => unknown];

const tile = (id: string, over: Partial<Tile>): Tile => ({
  id,
  title: "",
  chart: "number",
  dataset: "sales",
  measure: "revenue",
  property: "",
  by: null,
  only: [],
  grain: null,
  days: 30,
  x: 0,
  y: 0,
  w: 3,
  h: 2,
  ...over,
});

const column = (name: string) => ({ kind: "column" as const, name });

const sales: Views["DashboardView"] = {
  dashboard_id: "ready-sales",
  name: { zh: "销售", en: "Sales" },
  shared: "viewer",
  version: 0,
  mine: false,
  ready: true,
  changed_at: null,
  tiles: [
    tile("revenue", {}),
    tile("orders", { measure: "count", x: 3 }),
    tile("buyers", { measure: "people", x: 6 }),
    tile("average", { measure: "average", x: 9 }),
    tile("course", { chart: "line", by: column("buyer"), grain: "week", days: 180, y: 2, w: 12, h: 4 }),
    tile("categories", {
      chart: "bars",
      dataset: "items",
      measure: "amount",
      by: column("category"),
      y: 6,
      w: 6,
      h: 5,
    }),
    tile("goods", {
      chart: "table",
      dataset: "items",
      measure: "quantity",
      by: column("product"),
      x: 6,
      y: 6,
      w: 6,
      h: 5,
    }),
  ],
};

const own: Views["DashboardView"] = {
  ...sales,
  dashboard_id: "board_weekly",
  name: { zh: "每周例会", en: "每周例会" },
  version: 3,
  mine: true,
  ready: false,
  changed_at: NOW,
};

const said = (zh: string, en: string) => ({ zh, en });
const measure = (id: string, name: Views["Text"], unit: Views["CountableView"]["unit"]) => ({
  id,
  name,
  unit,
  takes_property: false,
});
const city = { field: { kind: "attribute" as const, name: "city" }, name: said("城市", "city") };

const vocabulary: Views["DashboardVocabulary"] = {
  datasets: [
    {
      id: "sales",
      name: said("销售", "sales"),
      measures: [
        measure("revenue", said("销售额", "revenue"), "yuan"),
        measure("count", said("订单数", "orders"), "count"),
        measure("people", said("买家数", "buyers"), "people"),
        measure("average", said("客单价", "order value"), "yuan"),
      ],
      fields: [
        { field: column("coupon"), name: said("用的券", "coupon") },
        { field: column("buyer"), name: said("首单还是复购", "first or again") },
        city,
      ],
    },
    {
      id: "items",
      name: said("商品", "goods sold"),
      measures: [
        measure("amount", said("销售额", "revenue"), "yuan"),
        measure("quantity", said("件数", "pieces"), "count"),
      ],
      fields: [
        { field: column("category"), name: said("品类", "category") },
        { field: column("product"), name: said("商品", "item") },
        city,
      ],
    },
    {
      id: "customers",
      name: said("客户", "customers"),
      measures: [measure("people", said("客户数", "customers"), "people")],
      fields: [city],
    },
  ],
};

const GROUPS: Record<string, Views["Text"][]> = {
  buyer: [said("复购", "again"), said("首单", "first order")],
  category: [
    said("奶粉", "milk powder"),
    said("纸尿裤", "diapers"),
    said("辅食", "baby food"),
    said("洗护", "care"),
  ],
  product: [
    said("二段奶粉 900g", "stage-two formula"),
    said("纸尿裤 L 码", "diapers L"),
    said("米粉", "rice cereal"),
  ],
  city: [said("上海", "上海"), said("杭州", "杭州"), said("成都", "成都")],
};

function answer(asked: Tile): Views["TileAnswer"] {
  const names = asked.by ? (GROUPS[asked.by.name] ?? [said("甲", "A")]) : [said("", "")];
  const base = asked.measure === "count" ? 3_750 : asked.measure === "people" ? 2_944 : 659_734;
  const size = asked.measure === "average" ? 175.8 : base;
  const step = { hour: DAY_MS / 24, day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS }[asked.grain ?? "day"];
  const pieces = asked.grain ? Math.max(2, Math.round((asked.days * DAY_MS) / step)) : 1;
  const from = Date.parse(NOW) - asked.days * DAY_MS;
  return {
    unit: ["revenue", "average", "amount"].includes(asked.measure) ? "yuan" : "count",
    groups: names.map((name) => ({ value: name.en, name, other: false })),
    points: names.flatMap((_, group) =>
      Array.from({ length: pieces }, (_none, piece) => ({
        group,
        at: asked.grain ? new Date(from + piece * step).toISOString() : null,
        value: Math.round((size / (group + 1) / pieces) * (1 + 0.3 * Math.sin(piece + group))),
      })),
    ),
    before: asked.by || asked.grain ? null : size * 0.94,
    from_at: new Date(from).toISOString(),
    to_at: NOW,
  };
}

export function dashboardRoutes(empty: boolean, people: () => unknown): Route[] {
  const all = empty ? [sales] : [own, sales];
  const rows = () => ({
    dashboards: all.map(({ tiles, version: _, ...row }) => ({ ...row, tiles: tiles.length })),
  });
  return [
    ["GET", /^\/api\/dashboards$/, rows],
    ["GET", /^\/api\/dashboards\/vocabulary$/, () => vocabulary],
    ["POST", /^\/api\/dashboards\/people$/, people],
    ["POST", /^\/api\/dashboards\/answer$/, async ({ request }) => answer((await request.json()) as Tile)],
    ["GET", /^\/api\/dashboards\/([^/]+)$/, ({ ids }) => found(all, (each) => each.dashboard_id === ids[0])],
    [
      "POST",
      /^\/api\/dashboards$/,
      async ({ request }) => {
        const body = (await request.json()) as Views["DashboardRequest"];
        const before = all.find((each) => each.dashboard_id === body.dashboard_id);
        if (before && before.version !== body.version)
          throw new Refusal(409, "conflict", "刚被别人改过", "It has been changed by someone else", "");
        const after: Views["DashboardView"] = {
          ...own,
          dashboard_id: before?.dashboard_id ?? `board_${all.length}`,
          name: said(body.name, body.name),
          shared: body.shared ?? "viewer",
          tiles: body.tiles,
          version: (before?.version ?? 0) + 1,
        };
        if (before) all.splice(all.indexOf(before), 1, after);
        else all.unshift(after);
        return after;
      },
    ],
    [
      "DELETE",
      /^\/api\/dashboards\/([^/]+)$/,
      ({ ids }) => {
        const gone = found(all, (each) => each.dashboard_id === ids[0]);
        all.splice(all.indexOf(gone), 1);
        return rows();
      },
    ],
  ];
}
