import { describe, expect, it } from "vitest";
import { definitionOf, emptyDestination, isWhole } from "./destination";

const webhook = { ...emptyDestination, name: " CRM ", url: "hooks.example.test", secret: "whsec_x" };

describe("a destination", () => {
  it("says only what was chosen, in the order of the definition", () => {
    expect(definitionOf({ ...webhook, identifiers: ["email", "customer_id"] }, "aud")).toEqual({
      name: "CRM",
      audience: "aud",
      to: { kind: "webhook", url: "hooks.example.test", secret: "whsec_x" },
      identifiers: ["customer_id", "email"],
    });
    const table = { ...webhook, kind: "database" as const, table: "people", when: "daily" as const };
    expect(definitionOf({ ...table, columns: ["city"], channel: "sms" }, "aud")).toMatchObject({
      to: { kind: "database", table: "people" },
      columns: ["city"],
      channel: "sms",
      daily_at: "06:30",
    });
  });

  it("is whole when its receiver and its time are", () => {
    expect(isWhole(webhook)).toBe(true);
    expect(isWhole({ ...webhook, kind: "database" })).toBe(false);
    expect(isWhole({ ...webhook, when: "daily", at: "" })).toBe(false);
    expect(isWhole({ ...webhook, name: " " })).toBe(false);
  });
});
