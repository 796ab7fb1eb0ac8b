import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type Review = Views["Review"];
export type Section = Views["ReviewSection"];
export type ReviewChart = Views["ReviewChart"];
export type Form = "pdf" | "pptx";

const FRESH_MS = 60_000; // The server keeps a review for five minutes.

const at = (campaignId: string) => ({ params: { path: { campaign_id: campaignId } } });

export function reviewOptions(campaignId: string) {
  return queryOptions({
    queryKey: ["reviews", campaignId],
    queryFn: () => answered(api.GET("/api/campaigns/{campaign_id}/review", at(campaignId))),
    staleTime: FRESH_MS,
  });
}

/** Fetch the review as a file, in the language of the page. */
export async function reviewFile(campaignId: string, form: Form): Promise<Blob> {
  const answer = api.GET("/api/campaigns/{campaign_id}/review/{form}", {
    params: { path: { campaign_id: campaignId, form } },
    parseAs: "blob",
  });
  return (await answered(answer)) as Blob;
}
