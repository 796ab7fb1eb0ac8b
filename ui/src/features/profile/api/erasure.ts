import { answered } from "@/shared/api/answer";
import { api } from "@/shared/api/client";

export function handOut(profileId: string) {
  return answered(
    api.POST("/api/profiles/{profile_id}/export", { params: { path: { profile_id: profileId } } }),
  );
}

export function erase(profileId: string) {
  return answered(
    api.POST("/api/profiles/{profile_id}/erase", {
      params: { path: { profile_id: profileId } },
      body: { confirm: profileId, reason: "" },
    }),
  );
}
