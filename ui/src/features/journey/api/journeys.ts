import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type JourneyReport = Views["JourneyReport"];
export type JourneyVersion = Views["JourneyVersion"];

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
