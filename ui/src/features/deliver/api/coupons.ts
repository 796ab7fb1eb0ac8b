import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type CouponPool = Views["CouponPool"];

export function poolsOptions() {
  return queryOptions({ queryKey: ["coupons"], queryFn: () => answered(api.GET("/api/coupons/pools")) });
}

/** Let a pool give again that came back with a backup, but for the codes that were given out since. */
export function useRelease() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ pool, given }: { pool: string; given: string[] }) =>
      answered(
        api.POST("/api/coupons/pools/{pool}/release", {
          params: { path: { pool } },
          body: { given, more_follow: false },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["coupons"] }),
  });
}
