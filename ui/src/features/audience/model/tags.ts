/** The directory as it is shown: filtered, and by category. */
import type { Views } from "@/shared/api/client";

type Tag = Views["TagRow"];
export type TagFilter = "all" | "unused" | "conflict";

export interface Category {
  name: string;
  tags: Tag[];
}

export function fitting(tags: Tag[], filter: TagFilter, typed: string): Tag[] {
  const word = typed.trim().toLowerCase();
  return tags.filter(
    (tag) =>
      (filter !== "unused" || tag.unused) &&
      (filter !== "conflict" || tag.conflicts.length > 0) &&
      [tag.name, tag.tag_id, tag.meaning, tag.owner, tag.category].some((each) =>
        each.toLowerCase().includes(word),
      ),
  );
}

/** Categories in the order in which they come; tags without one last. */
export function byCategory(tags: Tag[]): Category[] {
  const found = new Map<string, Tag[]>();
  for (const tag of tags) found.set(tag.category, [...(found.get(tag.category) ?? []), tag]);
  const categories = [...found].map(([name, those]) => ({ name, tags: those }));
  return [...categories.filter((each) => each.name !== ""), ...categories.filter((each) => each.name === "")];
}
