import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type CouponPool = Views["CouponPool"];

export function poolsOptions() {
  return queryOptions({ queryKey: ["coupons"], queryFn: () => answered(api.GET("/api/coupons/pools")) });
}
