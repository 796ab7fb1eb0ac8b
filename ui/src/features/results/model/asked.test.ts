import { describe, expect, it } from "vitest";
import type { Vocabulary } from "../api/results";
import { addressOf, firstSteps, funnelOf, groupingOf, groupingSaid, knownWays } from "./asked";

const seen = (...events: string[]): Vocabulary => ({
  from: "2026-01-01",
  to: "2026-03-31",
  events: events.map((event) => ({ event, name: { zh: event, en: event }, times: 1 })),
});

describe("a funnel in the address", () => {
  it("comes back as it was asked", () => {
    const asked = funnelOf(
      new URLSearchParams(
        "step=a&step=b&step=a&within=3&order=any&by=trait:level&from=2026-02-01&to=2026-02-28",
      ),
      seen("a", "b"),
    );
    expect(funnelOf(addressOf(asked), seen("x"))).toEqual(asked);
    expect(asked).toMatchObject({ window_days: 3, ordered: false, group: { kind: "trait", name: "level" } });
  });

  it("begins with a usual way where its events came in, else with the commonest, in the last thirty days", () => {
    const shop = seen("Product Viewed", "Product Added", "Order Completed");
    expect(knownWays(shop)).toEqual(["buying"]);
    expect(firstSteps(shop)).toEqual(["Product Viewed", "Product Added", "Order Completed"]);
    expect(firstSteps(seen("Lesson Begun", "Lesson Done", "Quiz"))).toEqual(["Lesson Begun", "Lesson Done"]);
    expect(funnelOf(new URLSearchParams(), shop)).toMatchObject({ from: "2026-03-02", to: "2026-03-31" });
  });

  it("takes no grouping that it does not know", () => {
    expect(groupingOf("phase of the moon")).toBeNull();
    expect(groupingSaid(groupingOf("audience:a:b"))).toBe("audience:a:b");
    for (const kind of ["channel", "last_touch"]) expect(groupingSaid(groupingOf(kind))).toBe(kind);
  });
});
