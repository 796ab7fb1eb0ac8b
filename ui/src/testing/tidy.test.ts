/** The rules of the house, as far as a linter does not know them. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const LINES_MAX = 250;
const ROOT = join(import.meta.dirname, "..");

interface Source {
  path: string;
  text: string;
  imports: string[];
}

function read(folder: string): Source[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry): Source[] => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return read(path);
    if (!/\.(tsx?|css)$/.test(entry.name) || entry.name === "schema.ts") return [];
    const text = readFileSync(path, "utf8");
    const found = [...text.matchAll(/(?:from|import)\s*\(?\s*"(@\/[^"]+|\.[^"]+)"/g)].flatMap(
      (match) => match[1] ?? [],
    );
    const imports = found.map((name) =>
      relative(ROOT, name.startsWith("@/") ? join(ROOT, name.slice(2)) : resolve(dirname(path), name)),
    );
    return [{ path: relative(ROOT, path), text, imports }];
  });
}

const sources = read(ROOT);
const feature = (path: string) => /^features\/([^/]+)/.exec(path)?.[1];

describe("the house", () => {
  it("keeps features strangers: what joins two of them is in app", () => {
    const meetings = sources.flatMap(({ path, imports }) =>
      imports
        .filter((other) => feature(path) && feature(other) && feature(path) !== feature(other))
        .map((other) => `${path} -> ${other}`),
    );
    expect(meetings).toEqual([]);
  });

  it("lets nothing shared know a feature or the app, and no feature the app", () => {
    const upward = sources.flatMap(({ path, imports }) =>
      imports
        .filter(
          (other) =>
            (path.startsWith("shared/") && /^(features|app)\//.test(other)) ||
            (feature(path) && other.startsWith("app/")),
        )
        .map((other) => `${path} -> ${other}`),
    );
    expect(upward).toEqual([]);
  });

  it("ships no built data: only tests and the development server read testing/", () => {
    const readers = sources.filter(
      ({ path, imports }) =>
        !path.startsWith("testing/") &&
        !/\.test\./.test(path) &&
        imports.some((other) => other.startsWith("testing/")),
    );
    expect(readers.map(({ path }) => path)).toEqual([]);
  });

  it("names colours in one file only", () => {
    const colour = /#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(/i;
    const named = sources.filter(
      ({ path, text }) => path !== "shared/tokens.ts" && !/\.test\./.test(path) && colour.test(text),
    );
    expect(named.map(({ path }) => path)).toEqual([]);
  });

  it("keeps files short enough to read at once", () => {
    const long = sources.filter(({ text }) => text.split("\n").length > LINES_MAX);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it("has no drawers and no barrels", () => {
    const drawers = sources.filter(({ path }) =>
      /(^|\/)(index|utils|helpers|common|misc|base|manager)\.tsx?$/.test(path),
    );
    expect(drawers.map(({ path }) => path)).toEqual([]);
  });

  it("asks no other host", () => {
    const foreign = sources.filter(
      ({ path, text }) => !path.startsWith("testing/") && /https?:\/\//.test(text),
    );
    expect(foreign.map(({ path }) => path)).toEqual([]);
  });
});
