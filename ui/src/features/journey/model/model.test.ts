import { describe, expect, it } from "vitest";
import { type Change, changed, copied, newStep } from "./changes";
import { difference, isNothing, merged } from "./difference";
import { allWays, type Draft, emptyDraft, reached, START, stepOf } from "./draft";
import { begun, moved } from "./history";
import { KINDS } from "./kinds";
import { neighbour, placed } from "./layout";
import { patched } from "./patch";
import { linesOf, numbersOf } from "./rules";

const visit: Draft = {
  name: "回访",
  trigger: { on: "event", name: "Order Completed" },
  nodes: [
    { id: "week", kind: "wait", duration_s: 604_800, next: "back" },
    { id: "back", kind: "condition", when: { event: "Order Completed" }, yes: "thanks", no: "remind" },
    { id: "thanks", kind: "send", channel: "sms", content: "thanks", next: "out" },
    { id: "remind", kind: "send", channel: "sms", content: "remind", next: "day" },
    { id: "day", kind: "wait", duration_s: 86_400, next: "out" },
    { id: "out", kind: "exit" },
  ],
  notes: { remind: "店长说要短" },
};
const ids = (draft: Draft) => draft.nodes.map((step) => step.id);
const whole = (draft: Draft) => allWays(draft).every((way) => stepOf(draft, way.to) !== undefined);
const made = (...changes: Change[]) => changes.reduce(changed, visit);

describe("changes of a journey", () => {
  it("adds each kind on each edge, and the graph holds together", () => {
    for (const { kind } of KINDS) {
      for (const at of allWays(visit)) {
        const draft = changed(visit, { kind: "add", at, step: kind });
        expect(whole(draft), `${kind} on ${at.from} ${at.path}`).toBe(true);
        const fresh = newStep(visit, draft) ?? "";
        expect(stepOf(draft, fresh)?.kind).toBe(kind);
        expect(reached(draft, draft.nodes[0]?.id ?? "").has(fresh)).toBe(true);
      }
    }
  });

  it("begins with what was put under the trigger, and lets people out beside a new condition", () => {
    const draft = changed(visit, { kind: "add", at: { from: START, path: "" }, step: "condition" });
    expect(draft.nodes[0]).toMatchObject({ kind: "condition", yes: "week", no: "exit-1" });
  });

  it("heals the edge around a step that is removed, the first one too", () => {
    expect(made({ kind: "remove", ids: ["remind"] })).toMatchObject({
      nodes: [{ id: "week" }, { id: "back", yes: "thanks", no: "day" }, {}, { id: "day" }, {}],
    });
    expect(made({ kind: "remove", ids: ["remind"] }).notes).toBeUndefined();
    expect(ids(made({ kind: "remove", ids: ["week"] }))[0]).toBe("back");
  });

  it("takes along what only the other ways of a removed choice reached", () => {
    expect(ids(made({ kind: "remove", ids: ["back"] }))).toEqual(["week", "thanks", "out"]);
  });

  it("never removes the last way out", () => {
    expect(made({ kind: "remove", ids: ["out"] })).toEqual(visit);
  });

  it("keeps place, ways and fields that both kinds have when a step becomes another kind", () => {
    const turned = made({ kind: "turn", id: "thanks", into: "act" });
    expect(stepOf(turned, "thanks")).toEqual({ id: "thanks", kind: "act", next: "out" });
    const forked = made({ kind: "turn", id: "day", into: "condition" });
    expect(stepOf(forked, "day")).toMatchObject({ yes: "out", no: "out" });
  });

  it("pastes what was copied under names of its own, its notes with it", () => {
    const fragment = copied(visit, new Set(["day", "remind"]));
    const draft = made({ kind: "paste", at: { from: "thanks", path: "next" }, fragment });
    expect(stepOf(draft, "thanks")?.next).toBe("send-1");
    expect(stepOf(draft, "send-1")?.next).toBe("wait-1");
    expect(stepOf(draft, "wait-1")?.next).toBe("out");
    expect(draft.notes).toEqual({ remind: "店长说要短", "send-1": "店长说要短" });
    expect(whole(draft)).toBe(true);
  });

  it("keeps a kind that it does not know, with the ways that it finds in it", () => {
    const odd: Draft = {
      ...visit,
      nodes: [
        { id: "odd", kind: "drone", next: "out", routes: [{ next: "out" }] },
        { id: "out", kind: "exit" },
      ],
    };
    const draft = changed(odd, { kind: "add", at: { from: "odd", path: "routes.0.next" }, step: "wait" });
    expect(stepOf(draft, "odd")).toMatchObject({ next: "out", routes: [{ next: "wait-1" }] });
  });
});

describe("undo and redo", () => {
  it("goes back and forth, and takes writing on in one field as one step", () => {
    const first = begun(emptyDraft("新旅程"));
    const added = moved(first, { kind: "add", at: { from: START, path: "" }, step: "wait" });
    const typed = [60, 600].reduce(
      (history, duration_s) =>
        moved(history, { kind: "replace", step: { id: "wait-1", kind: "wait", duration_s, next: "exit-1" } }),
      added,
    );
    const once = moved(typed, { kind: "undo" });
    expect(once.now).toEqual(added.now);
    expect(moved(once, { kind: "undo" }).now).toEqual(first.now);
    expect(moved(once, { kind: "redo" }).now).toEqual(typed.now);
    expect(moved(first, { kind: "undo" })).toBe(first);
  });
});

describe("two versions", () => {
  const mine = made({ kind: "replace", step: { id: "day", kind: "wait", duration_s: 60, next: "out" } });
  const theirs = made(
    { kind: "add", at: { from: "thanks", path: "next" }, step: "wait" },
    { kind: "settle", fields: { goal_event: "Order Completed" } },
  );

  it("says what was added, removed and changed", () => {
    expect(difference(visit, theirs)).toEqual({
      added: ["wait-1"],
      removed: [],
      changed: ["thanks"],
      settings: ["goal_event"],
    });
    expect(isNothing(difference(visit, structuredClone(visit)))).toBe(true);
  });

  it("puts both together, and names what both changed", () => {
    const both = merged(visit, mine, theirs);
    expect(both?.clashes).toEqual([]);
    expect(both?.draft).toMatchObject({ goal_event: "Order Completed", notes: visit.notes });
    expect(stepOf(both?.draft ?? visit, "day")?.duration_s).toBe(60);
    const rival = made({ kind: "replace", step: { id: "day", kind: "wait", duration_s: 90, next: "out" } });
    expect(merged(visit, mine, rival)?.clashes).toEqual(["day"]);
  });

  it("does not put together what would lead to a step that is gone", () => {
    const without = made({ kind: "remove", ids: ["day"] });
    const onto = made({ kind: "lead", at: { from: "thanks", path: "next" }, to: "day" });
    expect(merged(visit, onto, without)).toBeNull();
  });
});

describe("fixes", () => {
  it("makes what the server offers, and nothing where the journey has changed since", () => {
    const mended = patched(visit, [
      { op: "replace", path: "/nodes/0/duration_s", value: 60 },
      { op: "add", path: "/nodes/-", value: { id: "late", kind: "exit" } },
      { op: "remove", path: "/notes" },
    ]);
    expect(mended?.nodes[0]).toMatchObject({ id: "week", duration_s: 60 });
    expect(mended?.nodes.at(-1)?.id).toBe("late");
    expect(mended?.notes).toBeUndefined();
    expect(patched(visit, [{ op: "replace", path: "/nodes/9/duration_s", value: 60 }])).toBeNull();
  });
});

describe("the list", () => {
  it("says each step once, choices set in, and goes on where the ways meet", () => {
    const lines = linesOf(visit);
    expect(lines.map((line) => [line.as, line.depth, "id" in line ? line.id : line.way.path])).toEqual([
      ["step", 0, "week"],
      ["step", 0, "back"],
      ["way", 1, "yes"],
      ["step", 2, "thanks"],
      ["on", 2, "next"],
      ["way", 1, "no"],
      ["step", 2, "remind"],
      ["step", 2, "day"],
      ["on", 2, "next"],
      ["leave", 0, "out"],
    ]);
    expect(numbersOf(lines).get("day")).toBe(5);
    expect(new Set(lines.map((line) => line.key)).size).toBe(lines.length);
  });

  it("ends where every way of a choice leaves", () => {
    const last = changed(visit, { kind: "add", at: { from: "day", path: "next" }, step: "condition" });
    const keys = linesOf(last).map((line) => line.key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("stays flat where all other ways leave, and points back in a loop", () => {
    const loop: Draft = {
      ...visit,
      nodes: [
        { id: "day", kind: "wait", duration_s: 60, next: "ask" },
        { id: "ask", kind: "condition", when: {}, yes: "out", no: "day" },
        { id: "out", kind: "exit" },
      ],
    };
    expect(linesOf(loop).map((line) => [line.as, line.depth])).toEqual([
      ["step", 0],
      ["step", 0],
      ["way", 1],
      ["leave", 2],
      ["way", 1],
      ["on", 2],
      ["go", 0],
    ]);
  });
});

describe("the canvas", () => {
  it("stands every step below the one before, and lets arrow keys go along the edges", () => {
    const layout = placed(visit);
    const top = (id: string) => layout.steps.get(id)?.y ?? 0;
    expect([START, "week", "back", "remind", "day", "out"].map(top)).toEqual(
      [START, "week", "back", "remind", "day", "out"].map(top).sort((a, b) => a - b),
    );
    expect(neighbour(visit, layout, "back", "down")).toBe("thanks");
    expect(neighbour(visit, layout, "day", "up")).toBe("remind");
    const beside = ["left", "right"].map((way) => neighbour(visit, layout, "thanks", way as "left"));
    expect(beside).toContain("remind");
    const spots = layout.edges.map(({ plus }) => `${plus.x}:${plus.y}`);
    expect(new Set(spots).size).toBe(spots.length);
  });
});
