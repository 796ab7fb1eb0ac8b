import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type Identity = Views["PersonIdentity"];
export type Merge = Identity["merges"][number];
export type Suggestions = Views["SuggestionList"];
export type SuggestedPair = Views["SuggestedPair"];

export const SUGGESTIONS_KEY = ["suggestions"];

export function identityOptions(profileId: string) {
  return queryOptions({
    queryKey: ["profiles", profileId, "identity"],
    queryFn: () =>
      answered(
        api.GET("/api/profiles/{profile_id}/identity", { params: { path: { profile_id: profileId } } }),
      ),
  });
}

export function undoMerge(mergeId: string) {
  return answered(
    api.POST("/api/merges/{merge_id}/undo", {
      params: { path: { merge_id: mergeId } },
      body: { reason: "" },
    }),
  );
}

export function suggestionsOptions() {
  return queryOptions({
    queryKey: SUGGESTIONS_KEY,
    queryFn: () => answered(api.GET("/api/suggestions")),
  });
}

export function findSuggestions() {
  return answered(api.POST("/api/suggestions/find"));
}

export function judgePair(pair: SuggestedPair, same: boolean) {
  return answered(
    api.POST("/api/suggestions/judge", {
      body: { first_profile_id: pair.first.profile_id, second_profile_id: pair.second.profile_id, same },
    }),
  );
}
