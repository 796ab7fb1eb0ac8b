import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type Live = Views["CampaignLive"];
export type LiveTest = Views["LiveTest"];
export type Order = Views["CampaignOrder"]["order"];

const LIVE_MS = 20_000; // Looks come once an hour; people's own orders are shown at once.

export function liveOptions(campaignId: string) {
  return queryOptions({
    queryKey: ["campaigns", campaignId, "live"],
    queryFn: () =>
      answered(
        api.GET("/api/campaigns/{campaign_id}/live", { params: { path: { campaign_id: campaignId } } }),
      ),
    refetchInterval: (query) => (query.state.data?.state === "done" ? false : LIVE_MS),
  });
}

/** Pause a campaign, let it go on, or stop it; everything shown of it is read again. */
export function useOrder(campaignId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (order: Order) =>
      answered(
        api.POST("/api/campaigns/{campaign_id}/orders", {
          params: { path: { campaign_id: campaignId } },
          body: { order },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: ["campaigns"] }),
  });
}

/** Undo one thing that the system did by itself. */
export function useUndo(campaignId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (number: number) =>
      answered(
        api.POST("/api/campaigns/{campaign_id}/log/{number}/undo", {
          params: { path: { campaign_id: campaignId, number } },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: ["campaigns", campaignId] }),
  });
}
