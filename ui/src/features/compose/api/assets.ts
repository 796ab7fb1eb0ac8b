import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type Asset = Views["AssetView"];
export type AssetWords = Views["AssetWords"];

export function assetsOptions() {
  return queryOptions({ queryKey: ["assets"], queryFn: () => answered(api.GET("/api/assets")) });
}

const path = (assetId: string) => ({ params: { path: { asset_id: assetId } } });

export interface Brought {
  assetId: string;
  file: File;
  name?: string;
  folder?: string;
}

function bring({ assetId, file, ...said }: Brought): Promise<Asset> {
  const form = new FormData();
  form.append("file", file);
  for (const [name, value] of Object.entries(said)) if (value) form.append(name, value);
  return answered(
    api.POST("/api/assets/{asset_id}/file", {
      ...path(assetId),
      body: { file: file.name },
      bodySerializer: () => form,
    }),
  );
}

/** What changes the library; whoever calls waits until the list is the new one. */
export function useAssetChanges() {
  const client = useQueryClient();
  const onSuccess = () => client.invalidateQueries({ queryKey: ["assets"] });
  return {
    bring: useMutation({ mutationFn: bring, onSuccess }),
    say: useMutation({
      mutationFn: ({ assetId, words }: { assetId: string; words: AssetWords }) =>
        answered(api.PUT("/api/assets/{asset_id}", { ...path(assetId), body: words })),
      onSuccess,
    }),
    retire: useMutation({
      mutationFn: (assetId: string) =>
        answered(
          api.DELETE("/api/definitions/{kind}/{identity}", {
            params: { path: { kind: "asset", identity: assetId } },
          }),
        ),
      onSuccess,
    }),
  };
}
