import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type Calendar = Views["CalendarView"];
export type CalendarDay = Views["CalendarDay"];
export type Sender = Views["CalendarSender"];
export type Conflict = Views["CalendarConflict"];
export type Load = Views["ChannelLoad"];

const FRESH_MS = 60_000; // What is planned changes by the hour, not by the second.

export function calendarOptions(from: string, to: string) {
  return queryOptions({
    queryKey: ["calendar", from, to],
    queryFn: () => answered(api.GET("/api/calendar", { params: { query: { from, to } } })),
    refetchInterval: FRESH_MS,
    placeholderData: keepPreviousData,
  });
}

/** Who hears from two senders on one day; `pair` is null while nobody asks. */
export function bothOptions(day: string, pair: [string, string] | null) {
  return infiniteQueryOptions({
    queryKey: ["calendar", "people", day, pair],
    initialPageParam: "",
    queryFn: ({ pageParam }) =>
      answered(
        api.GET("/api/calendar/people", {
          params: { query: { day, first: pair?.[0] ?? "", second: pair?.[1] ?? "", after: pageParam } },
        }),
      ),
    getNextPageParam: (last: Views["PeoplePage"]) => last.next ?? undefined,
    enabled: pair !== null,
  });
}
