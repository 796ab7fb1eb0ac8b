import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import i18next from "i18next";
import { describe, expect, it, vi } from "vitest";
import { startWords } from "@/shared/words/language";
import en from "./en";
import zh from "./zh-cn";

function flat(words: object, before = ""): Map<string, string> {
  return new Map(
    Object.entries(words).flatMap(([key, value]): [string, string][] =>
      typeof value === "string" ? [[before + key, value]] : [...flat(value, `${before}${key}.`)],
    ),
  );
}

const chinese = flat(zh);
const english = flat(en);
const singular = (key: string) => key.replace(/_(one|other)$/, "");

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ["locales", "testing"].includes(entry.name) ? [] : sources(path);
    return /\.tsx?$/.test(entry.name) && !/\.test\./.test(entry.name) ? [readFileSync(path, "utf8")] : [];
  });
}

describe("words", () => {
  it("has each sentence in both languages", () => {
    expect(new Set([...english.keys()].map(singular))).toEqual(new Set([...chinese.keys()].map(singular)));
  });

  it("has both forms wherever English counts", () => {
    const counted = [...english.keys()].filter((key) => /_(one|other)$/.test(key)).map(singular);
    for (const key of counted) {
      expect([english.has(`${key}_one`), english.has(`${key}_other`)], key).toEqual([true, true]);
    }
  });

  it("fills the same blanks in both languages", () => {
    const blanks = (words: string) => new Set(words.match(/\{\{\w+\}\}/g) ?? []);
    for (const [key, words] of english) {
      const same = chinese.get(key) ?? chinese.get(singular(key)) ?? "";
      expect(blanks(words), key).toEqual(blanks(same));
    }
  });

  it("leaves no sentence empty and raises its voice in none", () => {
    for (const [key, words] of [...chinese, ...english]) {
      expect(words.trim(), key).not.toBe("");
      expect(words, key).not.toMatch(/[!！]|亲，|Oops/);
    }
  });

  it("writes Chinese in Chinese and English without it", () => {
    for (const [key, words] of english) expect(words, key).not.toMatch(/[\u4e00-\u9fff]/);
    for (const [key, words] of chinese) {
      if (!/^(Webhook|PostgreSQL|MySQL|MariaDB|SQLite)$/.test(words))
        expect(words, key).toMatch(/[\u4e00-\u9fff]/);
    }
  });

  it("has every sentence that the source asks for, and no other", () => {
    const text = sources(join(import.meta.dirname, "..")).join("\n");
    const known = new Set([...chinese.keys()].map(singular));
    const whole = [...text.matchAll(/["'`]([a-z][A-Za-z]*(?:\.[A-Za-z_]+)+)["'`]/g)].flatMap(
      (match) => match[1] ?? [],
    );
    const stems = [...text.matchAll(/`([a-z][A-Za-z]*(?:\.[A-Za-z]+)*\.)\$\{/g)].flatMap(
      (match) => match[1] ?? [],
    );
    const sections = new Set([...known].map((key) => key.split(".")[0]));
    const asked = whole.filter(
      (key) => sections.has(key.split(".")[0] ?? "") && !key.startsWith("import.meta"),
    );
    expect(asked.filter((key) => !known.has(key))).toEqual([]);
    const used = new Set(asked);
    expect([...known].filter((key) => !used.has(key) && !stems.some((stem) => key.startsWith(stem)))).toEqual(
      [],
    );
  });

  it("reports a key that is missing instead of showing it quietly", async () => {
    const reported = vi.fn();
    vi.stubGlobal("reportError", reported);
    await startWords("en");
    i18next.t("goal.nowhere" as "goal.title");
    expect(reported).toHaveBeenCalledOnce();
    vi.unstubAllGlobals();
  });
});
