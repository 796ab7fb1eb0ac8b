import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type Profile = Views["Profile"];

export function profileSearchOptions(q: string) {
  return queryOptions({
    queryKey: ["profiles", "search", q],
    queryFn: () => answered(api.GET("/api/profiles", { params: { query: { q } } })),
    placeholderData: (before) => before,
  });
}

export function profileOptions(profileId: string) {
  return queryOptions({
    queryKey: ["profiles", profileId],
    queryFn: () =>
      answered(api.GET("/api/profiles/{profile_id}", { params: { path: { profile_id: profileId } } })),
  });
}

export function whyOptions(profileId: string, campaignId: string) {
  return queryOptions({
    queryKey: ["profiles", profileId, "why", campaignId],
    queryFn: () =>
      answered(
        api.GET("/api/profiles/{profile_id}/why", {
          params: { path: { profile_id: profileId }, query: { campaign: campaignId } },
        }),
      ),
    enabled: campaignId !== "",
  });
}
