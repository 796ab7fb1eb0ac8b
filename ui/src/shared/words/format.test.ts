import { describe, expect, it } from "vitest";
import { formatFor } from "./format";

const zh = formatFor("zh-CN");
const en = formatFor("en");

describe("numbers as people write them", () => {
  it("writes fen as yuan, small change only where it matters", () => {
    expect([zh.money(20_000_000), zh.money(350), zh.money(-1_050), zh.money(1_234_567)]).toEqual([
      "¥200,000",
      "¥3.50",
      "\u2212¥10.50",
      "¥12,346",
    ]);
  });

  it("signs a lift and names points as points", () => {
    expect([zh.lift(0.031, "relative"), zh.lift(-0.004, "relative"), zh.lift(0.05, "points")]).toEqual([
      "+3.1%",
      "\u22120.4%",
      "+5.0 个百分点",
    ]);
    expect(en.lift(0.05, "points")).toBe("+5.0 points");
  });

  it("says more or less in words", () => {
    expect([zh.moreOrLess(0.043, "relative"), zh.moreOrLess(-0.01, "relative")]).toEqual([
      "多 4.3%",
      "少 1.0%",
    ]);
    expect([en.moreOrLess(0.043, "relative"), en.moreOrLess(-0.01, "points")]).toEqual([
      "4.3% more",
      "1.0 points less",
    ]);
  });

  it("writes a range with the unit at both ends", () => {
    expect(zh.liftRange(0.012, 0.05, "relative")).toBe("+1.2%～+5.0%");
    expect(en.liftRange(-0.012, 0.05, "relative")).toBe("\u22121.2% to +5.0%");
  });

  it("says in words that a range has no upper end", () => {
    expect(zh.liftRange(0.12, null, "relative")).toBe("不低于 +12.0%，上限说不准");
    expect(en.liftRange(0.12, null, "relative")).toBe("at least +12.0%; no upper end can be told");
  });

  it("puts phrases behind each other", () => {
    const texts = [
      { zh: "常在周末买", en: "buys at weekends" },
      { zh: "很久没来", en: "long away" },
    ];
    expect([zh.phrases(texts), en.phrases(texts)]).toEqual([
      "常在周末买，很久没来",
      "buys at weekends, long away",
    ]);
  });

  it("writes a metric by its unit", () => {
    expect([zh.metric(0.198, "share"), zh.metric(8_650, "fen"), zh.metric(1.5, "count")]).toEqual([
      "19.8%",
      "¥86.50",
      "1.50",
    ]);
  });

  it("shows times in the reader's zone", () => {
    const there = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const at = "2026-11-21T02:00:00Z";
    expect(en.hour(at)).toBe(there.format(new Date(at)));
  });
});
