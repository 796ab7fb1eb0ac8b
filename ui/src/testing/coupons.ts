/** Coupon pools for tests and pictures: one that gives, and one that came back with a backup. */
import type { Views } from "@/shared/api/client";

const giving: Views["CouponPool"] = {
  pool_id: "autumn",
  name: "秋季满减",
  codes: "generated",
  offer: "coupon_5",
  left: 41_200,
  low: false,
  reserved: 12,
  issued: 8_788,
  redeemed: 1_934,
  by_others: 3,
  expired: 120,
  a_day: 640,
  days_left: 64.3,
  held: false,
};
const restored: Views["CouponPool"] = {
  ...giving,
  pool_id: "partner",
  name: "联名券",
  codes: "given",
  offer: "",
  left: 860,
  issued: 140,
  redeemed: 31,
  by_others: 0,
  expired: 0,
  days_left: null,
  held: true,
};

/** Return the answers about coupons; what was released gives again. */
export function couponRoutes(
  path: (pattern: string) => RegExp,
  empty: boolean,
): [string, RegExp, (asked: { ids: string[] }) => unknown][] {
  let pools = empty ? [] : [restored, giving];
  return [
    ["GET", path("/coupons/pools"), () => ({ pools })],
    [
      "POST",
      path("/coupons/pools/:id/release"),
      ({ ids }) => {
        pools = pools.map((pool) => (pool.pool_id === ids[0] ? { ...pool, held: false } : pool));
        return { noted: 2 };
      },
    ],
  ];
}
