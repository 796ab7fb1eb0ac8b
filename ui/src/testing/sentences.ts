/** Understands a few sentences, so that the field of sentences can be seen and tested without a server. */
import type { Views } from "@/shared/api/client";
import { text } from "./shop.ts";

const SHANGHAI: Views["TraitAtom"] = { trait: "city", in: ["上海"] };

function bought(count: Views["Range"]): Views["EventAtom"] {
  return { event: "Order Completed", within_days: 90, count };
}

/** `上海` and `买过两次` are conditions, the second with two readings; `榴莲` nobody knows. */
export function understoodOf(said: string): Views["UnderstoodSentence"] {
  const at = (words: string) => ({ start: said.indexOf(words), end: said.indexOf(words) + words.length });
  const has = (words: string) => said.includes(words);
  const parts: Views["SentencePart"][] = [];
  if (has("上海")) {
    parts.push({ definition: SHANGHAI, sentence: text("城市是上海", "City is 上海"), spans: [at("上海")] });
  }
  if (has("买过两次")) {
    const sentence = text("最近 90 天下单至少 2 次", "At least 2 orders in the last 90 days");
    parts.push({ definition: bought({ gte: 2 }), sentence, spans: [at("买过两次")] });
  }
  const { start, end } = at("榴莲");
  const trees = parts.map((part) => part.definition);
  return {
    definition: trees.length > 0 ? { all: trees } : null,
    sentence: parts[0]?.sentence ?? null,
    parts,
    unread: has("榴莲") ? [{ start, end, text: "榴莲", near: ["榴莲千层"] }] : [],
    assumed: has("买过两次") ? [text("“买过”按最近 90 天理解", "“bought” is taken as the last 90 days")] : [],
    choices: has("买过两次")
      ? [
          {
            id: "count",
            start: at("买过两次").start + 2,
            end: at("买过两次").end,
            chosen: 0,
            options: [
              { name: text("至少 2 次", "at least 2 times"), definition: bought({ gte: 2 }) },
              { name: text("正好 2 次", "exactly 2 times"), definition: bought({ eq: 2 }) },
            ],
          },
        ]
      : [],
  };
}
