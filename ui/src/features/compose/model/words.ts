/** A content while it is written: plain data and what may be done to it; no React. */
import type { Block } from "./blocks";

export interface Spoken {
  subject: string;
  preheader: string;
  body: string;
  /** Of a landing page; empty for what is none. */
  blocks: Block[];
}

export interface Written extends Spoken {
  id: string;
  name: string;
  folder: string;
  channel: string;
  purpose: "marketing" | "service" | "transactional";
  format: "text" | "mjml" | "page";
  language: string;
  translations: Record<string, Spoken>;
  /** Fields of a content that this editor does not show, kept as they are. */
  more: Record<string, unknown>;
}

const SHOWN = [
  "id",
  "name",
  "folder",
  "channel",
  "purpose",
  "format",
  "language",
  "translations",
  "subject",
  "preheader",
  "body",
  "blocks",
];

export function written(id: string, body: Record<string, unknown>): Written {
  const text = (name: string) => (typeof body[name] === "string" ? (body[name] as string) : "");
  const more = Object.fromEntries(Object.entries(body).filter(([name]) => !SHOWN.includes(name)));
  const translations = (body.translations ?? {}) as Record<string, Partial<Spoken>>;
  return {
    id,
    name: text("name"),
    folder: text("folder"),
    channel: text("channel"),
    purpose: (text("purpose") || "marketing") as Written["purpose"],
    format: (text("format") || "text") as Written["format"],
    language: text("language") || "zh-CN",
    translations: Object.fromEntries(
      Object.entries(translations).map(([language, said]) => [
        language,
        { subject: "", preheader: "", body: "", blocks: [], ...said },
      ]),
    ),
    subject: text("subject"),
    preheader: text("preheader"),
    body: text("body"),
    blocks: (body.blocks ?? []) as Block[],
    more,
  };
}

/** The content as it is published: what is empty is left out. */
export function published({ more, ...words }: Written): Record<string, unknown> {
  const said = Object.entries({ ...words, translations: translated(words.translations) });
  const kept = said.filter(
    ([name, value]) => name === "body" || (value !== "" && Object.keys(value as object).length !== 0),
  );
  return { ...more, ...Object.fromEntries(kept) };
}

function translated(translations: Record<string, Spoken>): Record<string, Partial<Spoken>> {
  return Object.fromEntries(
    Object.entries(translations).map(([language, said]) => [
      language,
      Object.fromEntries(Object.entries(said).filter(([name, value]) => name === "body" || value.length > 0)),
    ]),
  );
}

/** Whether there is nothing yet to check or to show, in the language that counts. */
export function isEmpty(words: Written): boolean {
  return words.format === "page" ? words.blocks.length === 0 : words.body.trim() === "";
}

export function languagesOf(words: Written): string[] {
  return [words.language, ...Object.keys(words.translations)];
}

export function saidIn(words: Written, language: string): Spoken {
  const { subject, preheader, body, blocks } = words;
  return words.translations[language] ?? { subject, preheader, body, blocks };
}

export function rewritten(words: Written, language: string, change: Partial<Spoken>): Written {
  const said = words.translations[language];
  if (!said) return { ...words, ...change };
  return { ...words, translations: { ...words.translations, [language]: { ...said, ...change } } };
}

export function withLanguage(words: Written, language: string): Written {
  const { subject, preheader, body, blocks } = words;
  return {
    ...words,
    translations: { ...words.translations, [language]: { subject, preheader, body, blocks } },
  };
}

export function withoutLanguage(words: Written, language: string): Written {
  const { [language]: _, ...others } = words.translations;
  return { ...words, translations: others };
}

/** The words with a draft in place of those of one language; a draft brings its own format, purpose and pool. */
export function withDraft(words: Written, language: string, draft: Record<string, unknown>): Written {
  const text = (name: string) => (typeof draft[name] === "string" ? (draft[name] as string) : "");
  const said = { subject: text("subject"), preheader: text("preheader"), body: text("body"), blocks: [] };
  const pool = text("pool");
  const taken = rewritten(words, language, said);
  if (language !== words.language) return taken;
  return {
    ...taken,
    format: (text("format") || "text") as Written["format"],
    purpose: (text("purpose") || words.purpose) as Written["purpose"],
    more: pool ? { ...words.more, pool } : words.more,
  };
}

/** What a reader sees of a body: without the tags of MJML. */
export function readable(body: string, markup: boolean): string {
  if (!markup) return body;
  return body
    .replaceAll(/<mj-head>.*?<\/mj-head>/gs, "")
    .replaceAll(/<[^<>]*>/g, "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("\n");
}
