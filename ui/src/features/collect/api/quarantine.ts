import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type Group = Views["QuarantineGroup"];
export type Mending = Views["MendingRequest"];

export function quarantineOptions() {
  return queryOptions({
    queryKey: ["data", "quarantine"],
    queryFn: () => answered(api.GET("/api/quarantine/groups")),
  });
}

export function replay(group: Group, mending: Mending, rehearse: boolean): Promise<Views["ReplayDone"]> {
  const { reason, sender } = group;
  return answered(
    api.POST("/api/quarantine/replay", { body: { reason, sender, ids: [], mending, rehearse } }),
  );
}
