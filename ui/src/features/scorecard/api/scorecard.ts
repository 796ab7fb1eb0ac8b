import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type Scorecard = Views["Scorecard"];
export type ForecastRow = Views["ForecastRow"];

export function scorecardOptions() {
  return queryOptions({
    queryKey: ["forecasts"],
    queryFn: () => answered(api.GET("/api/forecasts")),
  });
}
