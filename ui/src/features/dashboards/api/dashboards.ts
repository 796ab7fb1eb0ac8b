import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";
import { partOf } from "../model/behind";

export type Board = Views["DashboardView"];
export type Tile = Views["TileView"];
export type Field = Views["FieldView"];
export type Only = Views["OnlyView"];
export type Answer = Views["TileAnswer"];
export type Dataset = Views["DatasetView"];
export type Vocabulary = Views["DashboardVocabulary"];
export type Shared = Board["shared"];

const LIVE_MS = 15_000; // The server counts again only where something came in.

const at = (dashboardId: string) => ({ params: { path: { dashboard_id: dashboardId } } });

export function dashboardsOptions() {
  return queryOptions({
    queryKey: ["dashboards"],
    queryFn: () => answered(api.GET("/api/dashboards")),
  });
}

export function dashboardOptions(dashboardId: string) {
  return queryOptions({
    queryKey: ["dashboards", dashboardId],
    queryFn: () => answered(api.GET("/api/dashboards/{dashboard_id}", at(dashboardId))),
  });
}

export function vocabularyOptions() {
  return queryOptions({
    queryKey: ["dashboards", "vocabulary"],
    queryFn: () => answered(api.GET("/api/dashboards/vocabulary")),
    staleTime: 300_000,
  });
}

/** What a tile counts, without where it lies and what it is called. */
export function questionOf(tile: Tile): Tile {
  return { ...tile, id: "asked", title: "", x: 0, y: 0, w: 1, h: 1 };
}

export function answerOptions(tile: Tile) {
  const body = questionOf(tile);
  return queryOptions({
    queryKey: ["dashboards", "answer", body],
    queryFn: () => answered(api.POST("/api/dashboards/answer", { body })),
    refetchInterval: LIVE_MS,
    placeholderData: keepPreviousData,
  });
}

/** The people behind a tile, or behind one of its groups: known once it is known which groups there are. */
export function tilePeopleOptions(tile: Tile, group: number | null, answer: Answer | undefined) {
  const body = { tile: questionOf(tile), ...partOf(tile, answer, group), at: null };
  return infiniteQueryOptions({
    queryKey: ["dashboards", "people", body],
    initialPageParam: "",
    queryFn: ({ pageParam }) =>
      answered(api.POST("/api/dashboards/people", { body: { ...body, after: pageParam } })),
    getNextPageParam: (page) => page.next ?? undefined,
    enabled: answer !== undefined,
  });
}

export function saveDashboard(body: Views["DashboardRequest"]): Promise<Board> {
  return answered(api.POST("/api/dashboards", { body }));
}

export function removeDashboard(dashboardId: string) {
  return answered(api.DELETE("/api/dashboards/{dashboard_id}", at(dashboardId)));
}
