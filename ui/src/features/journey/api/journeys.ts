import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";
import type { Draft } from "../model/draft";

export type JourneyReport = Views["JourneyReport"];
export type JourneyVersion = Views["JourneyVersion"];
export type JourneyRow = Views["JourneyRow"];

export interface Written {
  version: number;
  body: Draft;
}

export function journeysOptions() {
  return queryOptions({ queryKey: ["journeys"], queryFn: () => answered(api.GET("/api/journeys")) });
}

export function journeyOptions(journeyId: string) {
  return queryOptions({
    queryKey: ["journeys", journeyId],
    queryFn: () =>
      answered(api.GET("/api/journeys/{journey_id}/report", { params: { path: { journey_id: journeyId } } })),
  });
}

/** A version as it was published; the newest where none is named. */
export function writtenOptions(journeyId: string, version: number | null) {
  return queryOptions({
    queryKey: ["journeys", journeyId, "written", version],
    queryFn: () => readWritten(journeyId, version),
  });
}

export async function readWritten(journeyId: string, version: number | null): Promise<Written> {
  const read = await answered(
    api.GET("/api/definitions/{kind}/{identity}", {
      params: { path: { kind: "journey", identity: journeyId }, query: version === null ? {} : { version } },
    }),
  );
  return { version: read.version, body: read.body as unknown as Draft };
}

/** Definitions of a kind that steps name: channels, contents. */
export function namedOptions(kind: "channel" | "content" | "campaign" | "tag" | "journey" | "pool") {
  return queryOptions({
    queryKey: ["definitions", kind],
    queryFn: () => answered(api.GET("/api/definitions/{kind}", { params: { path: { kind } } })),
    staleTime: 60_000,
  });
}

/** What is wrong with a draft; the last answer stays until the next is there. */
export function checkOptions(id: string, body: Draft) {
  return queryOptions({
    queryKey: ["journey check", id, body],
    queryFn: () =>
      answered(api.POST("/api/journeys/check", { body: { id, body: body as Record<string, unknown> } })),
    placeholderData: (before: Views["JourneyProblems"] | undefined) => before,
    staleTime: 30_000,
  });
}

/** Refused with status 409 where somebody else has published that version. */
export function publishJourney(id: string, body: Draft, version: number): Promise<Views["Published"]> {
  return answered(
    api.POST("/api/definitions", {
      body: { kind: "journey", id, body: body as Record<string, unknown>, version },
    }),
  );
}
