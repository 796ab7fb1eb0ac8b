import { describe, expect, it } from "vitest";
import { form, quarantine, seen } from "@/testing/data";
import { bodyOf, draftOf, isComplete } from "./form";
import { mendingOf, nothing, pathsOf, readProblem, typed } from "./mending";
import { planOf, rulesOf, standing, strictest, without, withRules } from "./plan";
import { points } from "./quality";
import { readMappings, trackingSnippets } from "./snippets";

const [viewed, completed, refunded] = seen.events;
if (!viewed || !completed || !refunded) throw new Error("three events are built");

describe("the plan", () => {
  it("tells planned, unplanned and never seen apart", () => {
    expect([viewed, completed, refunded].map(standing)).toEqual(["unplanned", "planned", "unseen"]);
  });

  it("changes one event and leaves the others as they were", () => {
    const { id, plan } = planOf(viewed, seen.plans);
    expect(id).toBe("main");
    const changed = withRules(plan, "Product Viewed", { ...rulesOf(viewed), price: { type: "number" } });
    expect(Object.keys(changed.events["Product Viewed"]?.properties ?? {})).toEqual(["price"]);
    expect(without(changed, "Product Viewed")).toEqual(plan);
    expect(strictest(seen.plans)).toEqual({ violations: "block", unknown: "allow" });
    expect(strictest([])).toEqual({ violations: "warn", unknown: "allow" });
  });
});

describe("a mending", () => {
  it("offers the paths that the problems name", () => {
    expect(quarantine.groups.map(pathsOf)).toEqual([["properties.revenue"], []]);
  });

  it("reads what the plan has against an event", () => {
    expect(readProblem("price: not number")).toEqual({ field: "price", kind: "type", type: "number" });
    expect(readProblem("a:b: out of range")).toEqual({ field: "a:b", kind: "range", type: null });
    expect(["event", "price: not much", ""].map(readProblem)).toEqual([null, null, null]);
  });

  it("reads what is typed as JSON has it, and leaves unfinished lines out", () => {
    expect(["12", "1.5", "true", "null", "", "gold", "1e"].map(typed)).toEqual([
      12,
      1.5,
      true,
      null,
      "",
      "gold",
      "1e",
    ]);
    const line = { id: 1, path: "a", from: "", to: "x" };
    expect(mendingOf({ ...nothing, values: [line], events: [line] })).toEqual({
      events: {},
      values: {},
      as_numbers: [],
      without: [],
    });
  });
});

describe("a form", () => {
  it("is published as it was read, but for what was changed", () => {
    const draft = draftOf(form);
    expect(isComplete(draft)).toBe(true);
    expect(bodyOf(draft, form)).toMatchObject({
      ...form,
      fields: [{ name: "phone" }, { choices: ["上海", "杭州"] }],
    });
    expect(bodyOf(draft, { ...form, thanks: "谢谢" }).thanks).toBe("谢谢");
    expect(JSON.stringify(bodyOf(draft, form))).not.toContain('"id"');
  });

  it("is unfinished while a field has no name, or the name of another", () => {
    const draft = draftOf(form);
    const [first, second] = draft.fields;
    if (!first || !second) throw new Error("two fields are built");
    expect(isComplete({ ...draft, fields: [first, { ...second, name: first.name }] })).toBe(false);
    expect(isComplete({ ...draft, fields: [{ ...first, label: "" }] })).toBe(false);
    expect(isComplete({ ...draft, fields: [{ ...second, choices: [] }] })).toBe(false);
  });
});

describe("what to paste", () => {
  it("has the address and the key in every piece", () => {
    for (const { id, code } of trackingSnippets(new URL("//shop.test:8080", location.href).origin, "KEY")) {
      expect(code, id).toContain("KEY");
      expect(code, id).toContain("shop.test:8080");
    }
  });

  it("takes lists of objects for mappings, and nothing else", () => {
    expect(["", "{}", "[]", "[1]", "[{}"].map(readMappings)).toEqual([null, null, null, null, null]);
    expect(readMappings('[{"event": "=Paid"}]')).toEqual([{ event: "=Paid" }]);
  });
});

it("leaves days without events out of a line", () => {
  expect(points([null, 0.5, 0], 2 * 86_400_000)).toEqual([
    [86_400_000, 0.5],
    [2 * 86_400_000, 0],
  ]);
});
