/** A language model that is set, with a few calls of this month. */
import type { Views } from "@/shared/api/client";
import type { Asked } from "./mock-server";
import { daysAgo } from "./shop.ts";

const usage: Views["ModelUsage"] = {
  month: "2026-11",
  calls: 3,
  drafted: 2,
  tokens_in: 1_840,
  tokens_out: 412,
  spent_fen: 2,
};

let sheet: Views["ModelSheet"] = {
  version: 1,
  on: true,
  installed: true,
  model: {
    provider: "openai",
    base_url: "https://api.deepseek.com/v1",
    name: "deepseek-chat",
    key: "(set)",
    timeout_s: 30,
    month_fen: 10_000,
    month_tokens: 1_000_000,
    asked_fen: 200,
    answered_fen: 300,
    keep_texts: false,
  },
  usage,
  may_change: true,
  services: [
    { id: "deepseek", name: "DeepSeek", provider: "openai", base_url: "https://api.deepseek.com/v1" },
    { id: "qwen", name: "通义千问 Qwen", provider: "openai", base_url: "https://qwen.example.com/v1" },
  ],
};

const call = (id: string, days: number, more: Partial<Views["ModelCall"]>): Views["ModelCall"] => ({
  id,
  at: daysAgo(days),
  who: { zh: "王芳", en: "Wang Fang" },
  purpose: "draft",
  model: "deepseek-chat",
  outcome: "drafted",
  says: {
    zh: "语言模型写好了，已按同样的规则检查",
    en: "Written by the language model, and checked by the same rules",
  },
  tokens_in: 610,
  tokens_out: 140,
  cost_fen: 1,
  took_ms: 2_300,
  fingerprint: "0".repeat(64),
  asked: "",
  answered: "",
  ...more,
});

const calls: Views["ModelCalls"] = {
  usage,
  calls: [
    call("m1", 1, {}),
    call("m2", 2, {
      outcome: "late",
      says: {
        zh: "语言模型没有在限定时间内答复；可以稍后再试，或在设置里放宽超时",
        en: "The language model gave no answer in time; try again, or give it longer in the settings",
      },
    }),
    call("m3", 2, { purpose: "trial" }),
  ],
};

const tried: Views["ModelTried"] = {
  note: {
    outcome: "drafted",
    says: {
      zh: "语言模型写好了，已按同样的规则检查",
      en: "Written by the language model, and checked by the same rules",
    },
    tokens_in: 610,
    tokens_out: 140,
    cost_fen: 1,
    took_ms: 2_300,
  },
  words: [{ headline: "新茶到店", greeting: "", line: "桂花乌龙刚到，来坐坐，尝一杯。" }],
};

export function modelRoutes(
  path: (pattern: string) => RegExp,
): [string, RegExp, (asked: Asked) => unknown][] {
  return [
    ["GET", path("/model"), () => sheet],
    [
      "PUT",
      path("/model"),
      async ({ request }) => {
        const { model }: Views["ModelRequest"] = await request.json();
        const key = model.key ? "(set)" : "";
        sheet = { ...sheet, version: sheet.version + 1, on: model.name !== "", model: { ...model, key } };
        return sheet;
      },
    ],
    ["POST", path("/model/try"), () => tried],
    ["GET", path("/model/calls"), () => calls],
  ];
}
