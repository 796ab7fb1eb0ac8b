import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type Draft = Views["DraftView"];
export type Drafts = Views["Drafts"];
type Asked = Views["DraftRequest"];
export type Wish = Pick<
  Asked,
  "goal" | "occasion" | "signal" | "channel" | "offer" | "mention" | "url" | "language"
>;

export function draftWords(wish: Wish) {
  const usual = { purpose: null, item: "", template: "", fields: [], ask_model: true };
  return answered(api.POST("/api/contents/drafts", { body: { ...usual, ...wish } }));
}

export function occasionsOptions() {
  return queryOptions({
    queryKey: ["contents", "occasions"],
    queryFn: async () => (await answered(api.GET("/api/contents/occasions"))).occasions,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** What there is of a kind, as choices by name. */
export function choicesOptions(kind: "offer" | "signal") {
  return queryOptions({
    queryKey: ["definitions", kind],
    queryFn: () => answered(api.GET("/api/definitions/{kind}", { params: { path: { kind } } })),
    select: ({ definitions }) =>
      Object.entries(definitions).map(([value, body]) => ({ value, label: String(body.name ?? value) })),
  });
}
