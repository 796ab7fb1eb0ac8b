import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api } from "@/shared/api/client";
import type { components } from "@/shared/api/schema";

export type ChannelStanding = components["schemas"]["ChannelStanding"];
export type QuotaGiven = components["schemas"]["QuotaGiven"];

const LOOK_MS = 30_000;

export function channelStandingOptions() {
  return queryOptions({
    queryKey: ["channels", "standing"],
    queryFn: () => answered(api.GET("/api/channels/standing")),
    refetchInterval: LOOK_MS,
  });
}

/** Put new credentials into a channel; what waited for them goes on at once. */
export function useRenewal() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ channel, settings }: { channel: string; settings: Record<string, string> }) =>
      answered(
        api.POST("/api/channels/{identity}/credentials", {
          params: { path: { identity: channel } },
          body: { settings },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["channels", "standing"] }),
  });
}

/** Give a channel these quotas in place of all it has. */
export function useQuotas() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ channel, quotas }: { channel: string; quotas: QuotaGiven[] }) =>
      answered(
        api.PUT("/api/channels/{identity}/quotas", {
          params: { path: { identity: channel } },
          body: { quotas },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["channels", "standing"] }),
  });
}

/** Let a paused channel go on before it would by itself. */
export function useResume() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (identity: string) =>
      answered(api.POST("/api/channels/{identity}/resume", { params: { path: { identity } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["channels", "standing"] }),
  });
}

/** What a channel takes, what of it is there, and where the rest is to be had. */
export function channelSetupOptions(identity: string) {
  return queryOptions({
    queryKey: ["channels", identity, "setup"],
    queryFn: () => answered(api.GET("/api/channels/{identity}/setup", { params: { path: { identity } } })),
  });
}

/** Ask a channel's provider what became of messages whose answer was lost; nothing is sent for it. */
export function useAskProvider() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (identity: string) =>
      answered(api.POST("/api/channels/{identity}/ask", { params: { path: { identity } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["channels", "standing"] }),
  });
}
