import { expect, test } from "vitest";
import type { Views } from "@/shared/api/client";
import { fitting } from "./metrics";

const metric = (id: string, trade: string | null, ...also: string[]) =>
  ({ id, trade, name: { zh: `${id}率`, en: `${id} rate` }, also }) as Views["Metric"];

const ALL = [metric("follow_up", "clinic", "复诊", "return visit"), metric("drive", null, "试驾")];

test("any of its names finds a metric, in either language and case", () => {
  for (const typed of ["复诊", "RETURN visit", "follow_up"]) {
    expect(fitting(ALL, typed).map(({ id }) => id)).toEqual(["follow_up"]);
  }
  expect(fitting(ALL, "车险")).toEqual([]);
});

test("the shop's own metrics come first", () => {
  expect(fitting(ALL, "").map(({ id }) => id)).toEqual(["drive", "follow_up"]);
});
