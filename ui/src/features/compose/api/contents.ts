import { keepPreviousData, queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type ContentRow = Views["ContentRow"];
export type ContentShown = Views["ContentShown"];
export type Check = Views["CheckAnswer"];
export type Hit = Views["HitView"];
export type Preview = Views["PreviewAnswer"];
export type ReviewStep = "submit" | "approve" | "reject";

const path = (contentId: string) => ({ params: { path: { content_id: contentId } } });

export function libraryOptions() {
  return queryOptions({
    queryKey: ["contents"],
    queryFn: () => answered(api.GET("/api/contents/library")),
  });
}

export function contentOptions(contentId: string) {
  return queryOptions({
    queryKey: ["contents", contentId],
    queryFn: () => answered(api.GET("/api/contents/library/{content_id}", path(contentId))),
  });
}

export function channelsOptions() {
  return queryOptions({
    queryKey: ["definitions", "channel"],
    queryFn: () => answered(api.GET("/api/definitions/{kind}", { params: { path: { kind: "channel" } } })),
  });
}

/** Live definitions of a kind: what a block of a page may show. */
export function thingsOptions(kind: "offer" | "pool" | "item" | "form") {
  return queryOptions({
    queryKey: ["definitions", kind],
    queryFn: () => answered(api.GET("/api/definitions/{kind}", { params: { path: { kind } } })),
  });
}

/** A landing page as it is written now. */
export function usePagePreview(content: Record<string, unknown>) {
  return useQuery({
    queryKey: ["contents", "page", content],
    queryFn: () =>
      answered(api.POST("/api/contents/page", { body: { content, content_id: "", language: "" } })),
    placeholderData: keepPreviousData,
    retry: false,
  });
}

export function pagePlaceOptions(contentId: string) {
  return queryOptions({
    queryKey: ["contents", contentId, "page"],
    queryFn: () => answered(api.GET("/api/contents/library/{content_id}/page", path(contentId))),
  });
}

export function peopleOptions(q: string) {
  return queryOptions({
    queryKey: ["people", q],
    queryFn: () => answered(api.GET("/api/profiles", { params: { query: { q } } })),
    placeholderData: keepPreviousData,
  });
}

export function changesOptions(contentId: string, before: number, after: number) {
  return queryOptions({
    queryKey: ["contents", contentId, "changes", before, after],
    queryFn: () =>
      answered(
        api.GET("/api/contents/library/{content_id}/changes", {
          params: { path: { content_id: contentId }, query: { before, after } },
        }),
      ),
  });
}

/** What the words break, asked whenever they have settled. */
export function useCheck(content: Record<string, unknown>) {
  return useQuery({
    queryKey: ["contents", "check", content],
    queryFn: () =>
      answered(
        api.POST("/api/contents/check", {
          body: { content, content_id: String(content.id ?? ""), channel: "", purpose: null },
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

/** The words as one person would get them. */
export function usePreview(content: Record<string, unknown>, person: string) {
  return useQuery({
    queryKey: ["contents", "preview", content, person],
    queryFn: () =>
      answered(
        api.POST("/api/contents/preview", {
          body: {
            content,
            content_id: String(content.id ?? ""),
            person,
            channel: "",
            offer: "",
            item: "",
            campaign: "",
          },
        }),
      ),
    enabled: person !== "",
    placeholderData: keepPreviousData,
  });
}

export function useSave() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (content: Record<string, unknown>) => answered(api.POST("/api/contents", { body: content })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["contents"] }),
  });
}

export function useReview(contentId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ step, remark }: { step: ReviewStep; remark: string }) => {
      const asked = { ...path(contentId), body: { remark } };
      switch (step) {
        case "submit":
          return answered(api.POST("/api/contents/library/{content_id}/submit", asked));
        case "approve":
          return answered(api.POST("/api/contents/library/{content_id}/approve", asked));
        case "reject":
          return answered(api.POST("/api/contents/library/{content_id}/reject", asked));
      }
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["contents"] }),
  });
}

export function useRevert(contentId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (version: number) =>
      answered(
        api.POST("/api/contents/library/{content_id}/revert", { ...path(contentId), body: { version } }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["contents"] }),
  });
}

export function useException(contentId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Views["ExemptionRequest"]) =>
      answered(api.POST("/api/contents/library/{content_id}/exceptions", { ...path(contentId), body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["contents"] }),
  });
}
