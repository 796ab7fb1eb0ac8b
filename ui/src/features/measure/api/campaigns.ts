import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type Campaign = Views["Campaign"];
export type CampaignRow = Views["CampaignRow"];
export type Report = Views["Report"];

const LIVE_MS = 10_000; // A running campaign is read again as often as an operator looks at it.

const at = (campaignId: string) => ({ params: { path: { campaign_id: campaignId } } });

export function campaignListOptions() {
  return queryOptions({
    queryKey: ["campaigns"],
    queryFn: () => answered(api.GET("/api/campaigns")),
    refetchInterval: LIVE_MS,
  });
}

export function campaignOptions(campaignId: string) {
  return queryOptions({
    queryKey: ["campaigns", campaignId],
    queryFn: () => answered(api.GET("/api/campaigns/{campaign_id}", at(campaignId))),
    refetchInterval: (query) => (query.state.data?.status === "running" ? LIVE_MS : false),
  });
}

export function reportOptions(campaignId: string) {
  return queryOptions({
    queryKey: ["campaigns", campaignId, "report"],
    queryFn: () => answered(api.GET("/api/campaigns/{campaign_id}/report", at(campaignId))),
    refetchInterval: (query) => (query.state.data?.status === "final" ? false : LIVE_MS),
  });
}
