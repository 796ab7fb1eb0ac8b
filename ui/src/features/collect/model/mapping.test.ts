import { describe, expect, it } from "vitest";
import { proposed } from "@/testing/imports";
import { defaultAnswers, isAnswered, missingFields } from "./mapping";

const { fields, questions } = proposed("imp_1", "orders.csv");
const rules = Object.fromEntries(fields.map((field) => [field.field, field.rule]));

describe("the mapping", () => {
  it("names the required fields that come from nowhere, and only those", () => {
    expect(missingFields(fields, rules)).toEqual([]);
    const named = missingFields(fields, { ...rules, customer_id: null, coupon: null }).map(
      (field) => field.field,
    );
    expect(named).toEqual(["customer_id"]);
  });

  it("waits for every question", () => {
    expect(isAnswered(questions, defaultAnswers(questions))).toBe(false);
    const assumed = questions.map((question) => ({ ...question, default: "keep" }));
    expect(defaultAnswers(assumed)).toEqual({ cancelled: "keep" });
    expect(isAnswered(questions, { cancelled: "refund" })).toBe(true);
  });
});
