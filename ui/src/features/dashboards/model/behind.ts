/** Which part of a tile the people are wanted of, in the address. */
import type { Answer, Tile } from "../api/dashboards";

export interface Behind {
  tile: string;
  /** A group's place in the answer; null for all of the tile. */
  group: number | null;
}

export function behindOf(search: URLSearchParams): Behind | null {
  const tile = search.get("tile");
  const group = search.get("group");
  return tile === null ? null : { tile, group: group === null ? null : Number(group) };
}

export function searchOf({ tile, group }: Behind): string {
  return String(new URLSearchParams(group === null ? { tile } : { tile, group: String(group) }));
}

/** What the server is asked: the group by its value, or for all others those that they are not. */
export function partOf(tile: Tile, answer: Answer | undefined, place: number | null) {
  const group = place === null ? undefined : answer?.groups[place];
  if (!tile.by || !group) return { group: null, other_than: [] };
  if (!group.other) return { group: group.value, other_than: [] };
  return {
    group: null,
    other_than: (answer?.groups ?? []).filter((each) => !each.other).map((each) => each.value),
  };
}
