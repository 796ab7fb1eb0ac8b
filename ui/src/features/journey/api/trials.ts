/** Journeys tried by the server on a copy of people's state; nothing is written or sent. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";
import type { Draft } from "../model/draft";

export type Trial = Views["TrialAnswer"];
export type GroupTrial = Views["GroupTrialAnswer"];
export type TrialStep = Views["TrialStepView"];
export type TrialMessage = Views["TrialMessageView"];

const DAYS = 90;

export interface Asked {
  journeyId: string;
  /** The draft; null for what is published. */
  body: Draft | null;
  fresh: boolean;
}

/** What the person is assumed to do. */
export interface Happens {
  name: string;
  after_s: number;
}

export function trialOptions(asked: Asked, person: string, happens: readonly Happens[]) {
  return queryOptions({
    queryKey: ["journeys", asked.journeyId, "try", person, asked.body, asked.fresh, happens],
    queryFn: () =>
      answered(
        api.POST("/api/journeys/try", {
          body: {
            id: asked.journeyId,
            body: asked.body,
            fresh: asked.fresh,
            days: DAYS,
            person,
            happens: happens.map((each) => ({ ...each, properties: {} })),
          },
        }),
      ),
    enabled: person !== "",
    placeholderData: keepPreviousData,
    retry: false,
  });
}

export function groupTrialOptions(asked: Asked, audience: string, enabled: boolean) {
  return queryOptions({
    queryKey: ["journeys", asked.journeyId, "try-group", audience, asked.body, asked.fresh],
    queryFn: () =>
      answered(
        api.POST("/api/journeys/try/group", {
          body: { id: asked.journeyId, body: asked.body, fresh: asked.fresh, days: DAYS, audience },
        }),
      ),
    enabled,
    placeholderData: keepPreviousData,
    retry: false,
  });
}
