/** Tiles on twelve columns: one that is moved keeps its place, the others make room, and nothing floats. */
import type { Tile } from "../api/dashboards";

export const COLUMNS = 12;
export const ROW_PX = 64;
export const GAP_PX = 12;
const H_MAX = 12;

export interface Place {
  x: number;
  y: number;
  w: number;
  h: number;
}

export function overlap(a: Place, b: Place): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/** All tiles as far up as they can be, in the order of their rows; of two in one row the moved one is first. */
export function settled(tiles: Tile[], moved?: string): Tile[] {
  const order = [...tiles].sort((a, b) => a.y - b.y || rank(a, moved) - rank(b, moved) || a.x - b.x);
  const placed: Tile[] = [];
  for (const tile of order) {
    let y = 0;
    while (placed.some((each) => overlap({ ...tile, y }, each))) y += 1;
    placed.push({ ...tile, y });
  }
  return tiles.map((tile) => placed.find(({ id }) => id === tile.id) ?? tile);
}

const rank = (tile: Tile, moved: string | undefined) => (tile.id === moved ? 0 : 1);

const within = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);

/** A tile taken to a column and row: it lands before what lies there. */
export function movedTo(tiles: Tile[], id: string, x: number, y: number): Tile[] {
  const there = tiles.map((tile) =>
    tile.id === id ? { ...tile, x: within(x, 0, COLUMNS - tile.w), y: Math.max(y, 0) } : tile,
  );
  return settled(there, id);
}

export function resizedTo(tiles: Tile[], id: string, w: number, h: number): Tile[] {
  const there = tiles.map((tile) =>
    tile.id === id ? { ...tile, w: within(w, 2, COLUMNS - tile.x), h: within(h, 2, H_MAX) } : tile,
  );
  return settled(there, id);
}

/** A new tile below all others. */
export function added(tiles: Tile[], tile: Tile): Tile[] {
  const bottom = Math.max(0, ...tiles.map((each) => each.y + each.h));
  return settled([...tiles, { ...tile, y: bottom }]);
}

export function rowsOf(tiles: Tile[]): number {
  return Math.max(1, ...tiles.map((each) => each.y + each.h));
}

/** As one reads: from the top, from the left. */
export function inOrder(tiles: Tile[]): Tile[] {
  return [...tiles].sort((a, b) => a.y - b.y || a.x - b.x);
}
