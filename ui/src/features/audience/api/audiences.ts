import { infiniteQueryOptions, queryOptions, useQuery } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";
import type { Node } from "../model/tree";

export type Vocabulary = Views["Vocabulary"];

export function audienceListOptions() {
  return queryOptions({ queryKey: ["audiences"], queryFn: () => answered(api.GET("/api/audiences")) });
}

export function audienceOptions(audienceId: string) {
  return queryOptions({
    queryKey: ["audiences", audienceId],
    queryFn: () =>
      answered(api.GET("/api/audiences/{audience_id}", { params: { path: { audience_id: audienceId } } })),
  });
}

export function audiencePeopleOptions(audienceId: string) {
  return infiniteQueryOptions({
    queryKey: ["audiences", audienceId, "people"],
    initialPageParam: "",
    queryFn: ({ pageParam }) =>
      answered(
        api.GET("/api/audiences/{audience_id}/people", {
          params: { path: { audience_id: audienceId }, query: pageParam === "" ? {} : { after: pageParam } },
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

export function vocabularyOptions() {
  return queryOptions({
    queryKey: ["vocabulary"],
    queryFn: () => answered(api.GET("/api/audiences/vocabulary")),
    staleTime: 300_000,
  });
}

/** Goods by a part of their name or id, and the names of those that are chosen. */
export function itemsOptions(search: string, ids: string[]) {
  return queryOptions({
    queryKey: ["items", search, ids],
    queryFn: () => answered(api.GET("/api/audiences/items", { params: { query: { search, ids } } })),
    enabled: search !== "" || ids.length > 0,
    placeholderData: (before) => before,
    staleTime: 300_000,
  });
}

/** Sentence, count and sample of a definition. */
export function previewOptions(definition: Node) {
  return queryOptions({
    queryKey: ["preview", definition],
    queryFn: () => answered(api.POST("/api/audiences/preview", { body: { definition } })),
    staleTime: 5_000,
  });
}

/** The preview of a definition that is being written; the last answer stays until the next is there. */
export function usePreview(definition: Node, complete: boolean) {
  return useQuery({
    ...previewOptions(definition),
    enabled: complete,
    placeholderData: (before: Views["Preview"] | undefined) => before,
  });
}

/** What a sentence says of whom; `chosen` has other readings than the usual by the id of their place. */
export function understoodOptions(text: string, chosen: Readonly<Record<string, number>>, asked: boolean) {
  return queryOptions({
    queryKey: ["understood", text, chosen],
    queryFn: () => answered(api.POST("/api/audiences/understand", { body: { text, chosen: { ...chosen } } })),
    enabled: asked,
    placeholderData: (before) => before,
    staleTime: 60_000,
  });
}

/** How a definition lies over other audiences and running campaigns. */
export function overlapOptions(definition: Node, asked: boolean) {
  return queryOptions({
    queryKey: ["overlap", definition],
    queryFn: () =>
      answered(api.POST("/api/audiences/overlap", { body: { definition, others: [], campaigns: true } })),
    enabled: asked,
    placeholderData: (before) => before,
    staleTime: 30_000,
  });
}

export function saveAudience(body: Views["AudienceRequest"]): Promise<Views["Audience"]> {
  return answered(api.POST("/api/audiences", { body }));
}
