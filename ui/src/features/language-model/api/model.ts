/** The language model: how it is set, tried, and what it was asked. */
import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type ModelSheet = Views["ModelSheet"];
export type ModelFields = Views["ModelFields"];
export type ModelCall = Views["ModelCall"];

export const modelOptions = queryOptions({
  queryKey: ["model"],
  queryFn: () => answered(api.GET("/api/model")),
});

export const callsOptions = queryOptions({
  queryKey: ["model", "calls"],
  queryFn: () => answered(api.GET("/api/model/calls")),
});

export function setModel(model: ModelFields, version: number) {
  return answered(api.PUT("/api/model", { body: { model, version } }));
}

export function tryModel(language: Views["ModelTryRequest"]["language"]) {
  return answered(api.POST("/api/model/try", { body: { language } }));
}
