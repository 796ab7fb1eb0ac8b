import { queryOptions } from "@tanstack/react-query";
import { ApiError, answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type Import = Views["Import"];
export type Kind = Import["kind"];
export type Rule = Views["MappedField"]["rule"];

const POLL_MS = 500; // Quick enough that the bar moves, slow enough to be nothing for the server.

const at = (importId: string) => ({ params: { path: { import_id: importId } } });

/** Hand over a file; the answer proposes its kind and where each field comes from. Nothing is loaded yet. */
export function proposeImport(file: File, kind: Kind | null): Promise<Import> {
  const form = new FormData();
  form.append("file", file);
  if (kind !== null) form.append("kind", kind);
  return answered(
    api.POST("/api/imports", { body: { file: file.name, sheet: "" }, bodySerializer: () => form }),
  );
}

export function startImport(importId: string, body: Views["ImportDecision"]): Promise<Import> {
  return answered(api.POST("/api/imports/{import_id}/start", { ...at(importId), body }));
}

export function importOptions(importId: string) {
  return queryOptions({
    queryKey: ["imports", importId],
    queryFn: () => answered(api.GET("/api/imports/{import_id}", at(importId))),
    refetchInterval: (query) => (query.state.data?.status === "running" ? POLL_MS : false),
  });
}

/** The refused rows as a file; fetched with the token, so it cannot be a plain link. */
export async function rejectedRows(importId: string): Promise<Blob> {
  const { data, error, response } = await api.GET("/api/imports/{import_id}/rejected", {
    ...at(importId),
    parseAs: "blob",
  });
  if (!response.ok) throw new ApiError(error as never, response.status);
  return data as unknown as Blob;
}
