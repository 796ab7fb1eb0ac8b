import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type Tag = Views["TagRow"];

export function tagsOptions() {
  return queryOptions({ queryKey: ["tags"], queryFn: () => answered(api.GET("/api/tags")) });
}

export function tagPeopleOptions(tagId: string) {
  return infiniteQueryOptions({
    queryKey: ["tags", tagId, "people"],
    initialPageParam: "",
    queryFn: ({ pageParam }) =>
      answered(
        api.GET("/api/tags/{tag_id}/people", {
          params: { path: { tag_id: tagId }, query: pageParam === "" ? {} : { after: pageParam } },
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

export function saveTag(body: Views["TagDefinition"]): Promise<Views["TagPublished"]> {
  return answered(api.POST("/api/tags", { body }));
}

export function putTag(tagId: string, people: string[]): Promise<Views["TagPeopleAnswer"]> {
  return answered(
    api.POST("/api/tags/{tag_id}/people", {
      params: { path: { tag_id: tagId } },
      body: { people, audience_id: null, until: null, take_off: false },
    }),
  );
}
