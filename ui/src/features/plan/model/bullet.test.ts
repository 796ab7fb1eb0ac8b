import { expect, test } from "vitest";
import type { Views } from "@/shared/api/client";
import { idOf } from "../api/standing";
import { bulletOf } from "./bullet";

const review = (now: number, path: number, target: number) =>
  ({
    base: 0.2,
    path,
    target,
    level: { now, low: now, high: now, foreseen: now, foreseen_low: now - 0.01, foreseen_high: now + 0.01 },
  }) as Views["GoalReview"];

test("marks keep their order and stay inside the bar", () => {
  const bullet = bulletOf(review(0.18, 0.205, 0.21));
  expect(bullet.now).toBeLessThan(bullet.path);
  expect(bullet.path).toBeLessThan(bullet.target);
  expect(bullet.band.left).toBeLessThan(bullet.now);
  for (const mark of [bullet.now, bullet.path, bullet.target, bullet.band.left + bullet.band.width]) {
    expect(mark).toBeGreaterThan(0);
    expect(mark).toBeLessThan(100);
  }
});

test("a bar of one level is still a bar", () => {
  const flat = {
    ...review(0, 0, 0),
    base: 0,
    level: { ...review(0, 0, 0).level, foreseen_low: 0, foreseen_high: 0 },
  };
  expect(Number.isFinite(bulletOf(flat).now)).toBe(true);
});

test("the same words are the same goal", () => {
  expect(idOf(" 每月复购率 +5% ")).toBe(idOf("每月复购率 +5%"));
  expect(idOf("每月复购率 +5%")).not.toBe(idOf("每月复购率 +6%"));
  expect(idOf("每月复购率 +5%")).toMatch(/^goal-[0-9a-f]{8}$/);
});
