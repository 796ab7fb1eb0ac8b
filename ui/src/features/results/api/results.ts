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

export type Retention = Views["RetentionView"];
export type RetentionAsked = Views["RetentionRequest"];
export type Lifetime = Views["LifetimeView"];
export type LifetimeAsked = Views["LifetimeRequest"];
export type Attribution = Views["AttributionView"];
export type AttributionAsked = Views["AttributionRequest"];
export type Spend = Views["SpendView"];
export type SpendAsked = Views["SpendRequest"];

const kept = { staleTime: FRESH_MS };

export function retentionOptions(asked: RetentionAsked) {
  return queryOptions({
    queryKey: ["results", "retention", asked],
    queryFn: () => answered(api.POST("/api/results/retention", { body: asked })),
    placeholderData: (before) => before,
    ...kept,
  });
}

export function lifetimeOptions(asked: LifetimeAsked) {
  return queryOptions({
    queryKey: ["results", "lifetime", asked],
    queryFn: () => answered(api.POST("/api/results/lifetime-value", { body: asked })),
    placeholderData: (before) => before,
    ...kept,
  });
}

export function attributionOptions(asked: AttributionAsked) {
  return queryOptions({
    queryKey: ["results", "attribution", asked],
    queryFn: () => answered(api.POST("/api/results/attribution", { body: asked })),
    placeholderData: (before) => before,
    ...kept,
  });
}

export function spendOptions(asked: SpendAsked) {
  return queryOptions({
    queryKey: ["results", "spend", asked],
    queryFn: () => answered(api.POST("/api/results/return-on-spend", { body: asked })),
    placeholderData: (before) => before,
    ...kept,
  });
}

export function spendDaysOptions(asked: SpendAsked, key: string[] | null) {
  return queryOptions({
    queryKey: ["results", "spend", asked, "days", key],
    queryFn: () =>
      answered(
        api.POST("/api/results/return-on-spend/days", {
          body: { from: asked.from ?? null, to: asked.to ?? null, key: key ?? [] },
        }),
      ),
    enabled: key !== null,
  });
}

export async function spendFile(asked: SpendAsked): Promise<Blob> {
  const { data, error } = await api.POST("/api/results/return-on-spend/file", {
    body: asked,
    parseAs: "blob",
  });
  if (error) throw error;
  return data as unknown as Blob;
}

type PeoplePage = Views["PeoplePage"];

/** The people behind a number of a question; `question` tells their pages apart, `page` fetches one. */
export function peopleBehindOptions(
  question: unknown[],
  page: ((after: string) => Promise<PeoplePage>) | null,
) {
  return infiniteQueryOptions({
    queryKey: ["results", "people", ...question],
    initialPageParam: "",
    queryFn: ({ pageParam }) => (page ? page(pageParam) : Promise.reject(new Error("nobody was asked for"))),
    getNextPageParam: (last: PeoplePage) => last.next ?? undefined,
    enabled: page !== null,
  });
}

export const peopleBehind = {
  retention: (body: Views["RetentionPeopleRequest"]) =>
    answered(api.POST("/api/results/retention/people", { body })),
  lifetime: (body: Views["LifetimePeopleRequest"]) =>
    answered(api.POST("/api/results/lifetime-value/people", { body })),
  attribution: (body: Views["AttributionPeopleRequest"]) =>
    answered(api.POST("/api/results/attribution/people", { body })),
  spend: (body: Views["SpendPeopleRequest"]) =>
    answered(api.POST("/api/results/return-on-spend/people", { body })),
};

/** Campaigns whose measured lift may be divided. */
export function campaignChoicesOptions() {
  return queryOptions({
    queryKey: ["campaigns"],
    queryFn: () => answered(api.GET("/api/campaigns")),
    staleTime: FRESH_MS,
  });
}
