import { describe, expect, it } from "vitest";
import { goodsOffered } from "./goods";

const commonest = new Map([
  ["sku_1", "鸡翅"],
  ["sku_2", "Milk"],
]);
const values = (search: string, found: { id: string; name: string }[] = [], chosen: string[] = []) =>
  goodsOffered(commonest, found, search, chosen).map((each) => each.value);

describe("goods to choose from", () => {
  it("offers those that sell most while nothing is typed, and what was found beside them", () => {
    expect(values("")).toEqual(["sku_1", "sku_2"]);
    expect(values("mil", [{ id: "sku_900", name: "Oat milk" }])).toEqual(["sku_2", "sku_900"]);
    expect(values("mil", [], ["sku_1"])).toEqual(["sku_1", "sku_2"]);
  });

  it("names what is chosen though it is not among the commonest, and nothing twice", () => {
    const offered = goodsOffered(commonest, [{ id: "sku_1", name: "鸡翅 1kg" }], "", []);
    expect(offered.map((each) => each.label)).toEqual(["鸡翅 1kg", "Milk"]);
  });
});
