import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type Ledger = Views["Ledger"];
export type LedgerRow = Views["LedgerRow"];

const LIVE_MS = 10_000;

export function ledgerOptions(campaignId: string, live: boolean) {
  return queryOptions({
    queryKey: ["campaigns", campaignId, "ledger"],
    queryFn: () =>
      answered(
        api.GET("/api/campaigns/{campaign_id}/ledger", { params: { path: { campaign_id: campaignId } } }),
      ),
    refetchInterval: live ? LIVE_MS : false,
  });
}

export function ledgerPeopleOptions(campaignId: string, state: string, reason: string) {
  return infiniteQueryOptions({
    queryKey: ["campaigns", campaignId, "ledger", state, reason],
    initialPageParam: "",
    queryFn: ({ pageParam }) =>
      answered(
        api.GET("/api/campaigns/{campaign_id}/ledger/people", {
          params: {
            path: { campaign_id: campaignId },
            query: { state, reason, ...(pageParam === "" ? {} : { after: pageParam }) },
          },
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });
}
