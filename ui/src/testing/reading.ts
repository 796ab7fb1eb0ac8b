/** A few phrasings read well enough for pages and tests; the real grammar is the server's. */
import type { Views } from "@/shared/api/client";
import { text } from "./shop.ts";

const repeat: Views["MetricRef"] = {
  id: "repeat_rate",
  name: text("复购率", "Repeat purchase rate"),
  unit: "share",
};

const PIECES: {
  field: string;
  pattern: RegExp;
  zh: (found: string) => string;
  en: (found: string) => string;
}[] = [
  {
    field: "metric",
    pattern: /复购率|repeat purchases?/i,
    zh: () => "复购率",
    en: () => "Repeat purchase rate",
  },
  {
    field: "size",
    pattern: /[+＋]\s?\d+(\.\d+)?%|by \d+(\.\d+)?%/,
    zh: (found) => `${found.replace("by ", "+")}（比什么都不做）`,
    en: (found) => `${found.replace("by ", "+")} against doing nothing`,
  },
  {
    field: "window",
    pattern: /\d+\s?(天内|days)/,
    zh: (f) => f.replace(" days", " 天内"),
    en: (f) => `in ${Number.parseInt(f, 10)} days`,
  },
  {
    field: "budget",
    pattern: /预算\s?[\d.,]+\s?万?元?|budget ¥?[\d,]+/i,
    zh: (f) => f,
    en: (f) => f.replace("预算", "Budget"),
  },
  {
    field: "caps",
    pattern: /每人每周最多(触达)?\s?\d+\s?次|at most \d+ messages? a week/i,
    zh: (f) => f,
    en: () => "At most 2 a week",
  },
];

export function readingFor(goal: { text: string; answers?: Record<string, string> }): Views["Reading"] {
  const answers = goal.answers ?? {};
  const chips = PIECES.flatMap((piece): Views["Chip"][] => {
    const match = piece.pattern.exec(goal.text);
    if (!match) return [];
    const start = Array.from(goal.text.slice(0, match.index)).length;
    const spans = [[start, start + Array.from(match[0]).length]];
    return [{ field: piece.field, label: text(piece.zh(match[0]), piece.en(match[0])), spans }];
  });
  const known = (field: string) => chips.some((chip) => chip.field === field) || answers[field] !== undefined;
  const percent = /(\d+(\.\d+)?)%/.exec(goal.text)?.[1];
  return {
    understood: {
      text: goal.text,
      said: text(
        "30 天内把复购率提高 5%，比什么都不做",
        "Raise the repeat purchase rate by 5% in 30 days, against doing nothing",
      ),
      chips,
      assumed: known("size")
        ? [
            {
              id: "relative",
              text: text(
                "「+5%」按相对提升、和什么都不做相比来理解。要按百分点，请写「5 个百分点」。",
                "“+5%” is taken as relative, against doing nothing. For points, write “5 points”.",
              ),
            },
          ]
        : [],
      notes: [],
      unread: /亲密度/.test(goal.text) ? ["亲密度"] : [],
      answers,
      metric: known("metric") ? repeat : null,
      direction: "up",
      size: percent === undefined ? null : Number(percent) / 100,
      size_kind: "relative",
      against: "nobody",
      window_days: 30,
      budget: 20_000_000,
      readings: [
        {
          size_kind: "relative",
          chosen: true,
          sentence: text("相对提升：从 19.8% 到 20.8%", "Relative: from 19.8% to 20.8%"),
        },
        {
          size_kind: "points",
          chosen: false,
          sentence: text("百分点：从 19.8% 到 24.8%", "Points: from 19.8% to 24.8%"),
        },
      ],
    },
    questions: known("metric")
      ? []
      : [
          {
            id: "metric",
            text: text("想提升哪个指标？", "Which metric should change?"),
            choices: [
              { value: "复购率", label: text("复购率", "Repeat purchase rate") },
              { value: "人均消费", label: text("人均消费", "Spend a person") },
            ],
            open: true,
          },
        ],
  };
}
