import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type Vocabulary = Views["ResultsVocabulary"];
export type FunnelAsked = Views["FunnelRequest"];
export type Funnel = Views["FunnelView"];

const FRESH_MS = 60_000; // Answers of a minute ago are good enough to go back to.

export function vocabularyOptions() {
  return queryOptions({
    queryKey: ["results", "vocabulary"],
    queryFn: () => answered(api.GET("/api/results/vocabulary")),
    staleTime: FRESH_MS,
  });
}

/** Traits that people can be told apart by, and audiences. */
export function groupingsOptions() {
  return queryOptions({
    queryKey: ["results", "groupings"],
    queryFn: async () => {
      const [words, audiences] = await Promise.all([
        answered(api.GET("/api/audiences/vocabulary")),
        answered(api.GET("/api/audiences")),
      ]);
      return { traits: words.traits, audiences: audiences.audiences };
    },
    staleTime: FRESH_MS,
  });
}

export function funnelOptions(asked: FunnelAsked) {
  return queryOptions({
    queryKey: ["results", "funnel", asked],
    queryFn: () => answered(api.POST("/api/results/funnel", { body: asked })),
    enabled: asked.steps.length > 1,
    placeholderData: (before) => before,
    staleTime: FRESH_MS,
  });
}

export interface Behind {
  step: number;
  lost: boolean;
  group: number | null;
}

export function funnelPeopleOptions(asked: FunnelAsked, behind: Behind | null) {
  return infiniteQueryOptions({
    queryKey: ["results", "funnel", asked, "people", behind],
    initialPageParam: "",
    queryFn: ({ pageParam }) =>
      answered(
        api.POST("/api/results/funnel/people", {
          body: {
            ...asked,
            step: behind?.step ?? 0,
            lost: behind?.lost ?? false,
            of_group: behind?.group ?? null,
            after: pageParam,
          },
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
    enabled: behind !== null,
  });
}
