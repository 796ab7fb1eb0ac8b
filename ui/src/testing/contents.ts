/** Contents of a shop: one that may be sent, one that breaks a rule; checks and previews answer what they are asked. */
import type { Views } from "@/shared/api/client";
import { found } from "./mock-answers.ts";
import { type Member, NOW, text } from "./shop.ts";

interface Asked {
  ids: string[];
  query: URLSearchParams;
  request: Request;
}
type Handler = (asked: Asked) => unknown;

const optOut: Views["RuleView"] = {
  id: "CN-OPTOUT",
  jurisdiction: "CN",
  severity: "block",
  says: text("营销短信要写明怎么退订", "A marketing SMS says how to opt out"),
  next: text("在结尾加上“拒收请回复R”", "End it with 拒收请回复R"),
  source: "通信短信息服务管理规定",
  checked_at: "2026-11-21",
  media: [],
  kinds: ["aliyun_sms"],
  purposes: ["marketing"],
  judged: ["writing", "launch", "send"],
  excusable: false,
  excuses: text("", ""),
};
const superlative: Views["RuleView"] = {
  ...optOut,
  id: "CN-SUPERLATIVE",
  severity: "warn",
  says: text("像是绝对化用语", "It reads like a superlative"),
  next: text("换一个说法，或登记例外并附证据", "Say it in another way"),
  excusable: true,
  excuses: text("真实奖项", "an award"),
};

function hit(rule: Views["RuleView"], quote: string): Views["HitView"] {
  const blocks = rule.severity === "block";
  return {
    rule,
    severity: rule.severity,
    blocks,
    says: rule.says,
    language: "zh-CN",
    part: "body",
    quote,
    start: -1,
    exemption: null,
  };
}

function checkOf(body: string): Views["CheckAnswer"] {
  const hits = [
    ...(body.includes("拒收") ? [] : [hit(optOut, "")]),
    ...(body.includes("第一品牌") ? [hit(superlative, "第一品牌")] : []),
  ];
  const verdict = hits.some((each) => each.blocks) ? "blocked" : hits.length > 0 ? "warned" : "fine";
  return { verdict, channel: "sms", purpose: "marketing", hits, problems: [], sms: [] };
}

function row(content_id: string, name: string, body: string, state: Views["ContentRow"]["state"]) {
  return {
    content_id,
    name,
    folder: "会员/周末",
    subject: "",
    excerpt: body,
    channel: "sms",
    purpose: "marketing",
    format: "text",
    languages: ["zh-CN"],
    variant_of: "",
    version: 2,
    updated_at: NOW,
    by: text("管理员", "the administrator"),
    state,
    verdict: checkOf(body).verdict,
    used_in: [{ kind: "journey", id: "j", name: "周末到店", channel: "sms" }],
  } satisfies Views["ContentRow"];
}

const rows = [
  row("weekend", "周末到店短信", "周末见，第一品牌", "draft"),
  row("autumn", "中秋短信", "中秋好礼，拒收请回复R", "approved"),
];

function shown(content: Views["ContentRow"]): Views["ContentShown"] {
  const by = text("管理员", "the administrator");
  return {
    row: content,
    body: { id: content.content_id, name: content.name, channel: "sms", body: content.excerpt },
    check: checkOf(content.excerpt),
    versions: [
      { version: 2, at: NOW, by, status: "live" },
      { version: 1, at: NOW, by, status: "superseded" },
    ],
    reviews: [{ status: "approved", version: 1, remark: "可以", by, at: NOW }],
    exemptions: [],
  };
}

function previewOf(body: string): Views["PreviewAnswer"] {
  const whole = `【小店】${body}`;
  return {
    look: "sms",
    channel: "sms",
    language: "zh-CN",
    problem: null,
    subject: "",
    preheader: "",
    body,
    text: whole,
    sender: "小店",
    fields: [],
    sms: {
      language: "zh-CN",
      text: whole,
      characters: whole.length,
      segments: 1,
      reserved: 1,
      left: 70 - whole.length,
      encoding: "mainland",
    },
    hits: [],
  };
}

const welcome: Views["OccasionView"] = {
  id: "welcome",
  name: text("欢迎新会员", "A welcome"),
  purpose: "marketing",
};

function draftOf(tone: Views["DraftView"]["tone"], body: string): Views["DraftView"] {
  const content = { subject: "", body, language: "zh-CN", purpose: "marketing", channel: "sms" };
  return { tone, content, check: checkOf(body), open: [], proposed: "" };
}

const drafts: Views["Drafts"] = {
  occasion: welcome,
  read_from: "goal",
  drafts: [
    draftOf("plain", "欢迎加入，有什么想了解的，直接问我们。拒收请回复R"),
    draftOf("brief", "欢迎加入第一品牌。拒收请回复R"),
  ],
  model: null,
};

const hero: Views["AssetView"] = {
  asset_id: "hero",
  name: "秋季新品",
  folder: "秋季",
  alt_zh: "秋季新品",
  alt_en: "New for autumn",
  files: [
    {
      place: 1,
      sha256: "0".repeat(64),
      type: "image/png",
      bytes: 52_000,
      width: 600,
      height: 300,
      path: "/icon.svg",
    },
  ],
  users: [{ kind: "content", id: "weekend", name: "周末到店短信" }],
};

const bodyOf = async (request: Request) => String((await request.json()).content?.body ?? "");

export function contentRoutes(
  path: (pattern: string) => RegExp,
  members: Member[],
): [string, RegExp, Handler][] {
  const contents = members.length === 0 ? [] : rows;
  const one = (id?: string) => found(contents, (each) => each.content_id === id);
  return [
    ["GET", path("/contents/library"), () => ({ contents, approval: "none" })],
    ["GET", path("/assets"), () => ({ assets: contents.length === 0 ? [] : [hero] })],
    ["POST", path("/assets/:id/file"), () => hero],
    ["PUT", path("/assets/:id"), () => hero],
    ["POST", path("/contents/page"), () => ({ html: "<h2>秋季新品</h2>" })],
    [
      "GET",
      path("/contents/library/:id/page"),
      () => ({ state: "none", version: 0, url: "https://t.example.com/pages/autumn" }),
    ],
    ["GET", path("/contents/occasions"), () => ({ occasions: [welcome] })],
    ["POST", path("/contents/drafts"), () => drafts],
    ["GET", path("/contents/library/:id"), ({ ids }) => shown(one(ids[0]))],
    [
      "GET",
      path("/contents/library/:id/changes"),
      () => ({ before: 1, after: 2, changes: [{ field: "body", kind: "added", text: "第一品牌" }] }),
    ],
    ["POST", path("/contents/library/:id/submit"), ({ ids }) => shown(one(ids[0])).reviews[0]],
    ["POST", path("/contents/check"), async ({ request }) => checkOf(await bodyOf(request))],
    ["POST", path("/contents/preview"), async ({ request }) => previewOf(await bodyOf(request))],
    ["POST", path("/contents"), () => ({ kind: "content", id: "weekend", version: 3 })],
    ["GET", path("/definitions/channel"), () => ({ definitions: { sms: { kind: "aliyun_sms" } } })],
  ];
}
