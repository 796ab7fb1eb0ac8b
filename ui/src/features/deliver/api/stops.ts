import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api } from "@/shared/api/client";

const LOOK_MS = 15_000;

export function stopsOptions() {
  return queryOptions({
    queryKey: ["stops"],
    queryFn: () => answered(api.GET("/api/stops")),
    refetchInterval: LOOK_MS,
  });
}

/** Let all marketing stand still, or go on. */
export function useStop() {
  const queries = useQueryClient();
  const onSuccess = () => queries.invalidateQueries({ queryKey: ["stops"] });
  const stop = useMutation({
    mutationFn: (reason: string) => answered(api.POST("/api/stops", { body: { channel: "", reason } })),
    onSuccess,
  });
  const goOn = useMutation({
    mutationFn: (channel: string) => answered(api.POST("/api/stops/end", { body: { channel } })),
    onSuccess,
  });
  return { stop, goOn };
}
