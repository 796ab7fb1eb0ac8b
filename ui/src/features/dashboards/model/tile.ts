/** What a tile is called, how its numbers are written, and what changes with each choice. */
import type { Format } from "@/shared/words/format";
import type { Answer, Dataset, Field, Tile, Vocabulary } from "../api/dashboards";

export type Unit = Answer["unit"];

export function written(value: number | null, unit: Unit, format: Format): string {
  if (value === null) return "–";
  if (unit === "yuan") return format.money(Math.round(value * 100));
  if (unit === "fen") return format.money(Math.round(value));
  if (unit === "share") return format.percent(value);
  return format.number(value);
}

export function datasetOf(words: Vocabulary | undefined, tile: Tile): Dataset | undefined {
  return words?.datasets.find(({ id }) => id === tile.dataset);
}

export const sameField = (a: Field | null | undefined, b: Field | null | undefined) =>
  a?.kind === b?.kind && a?.name === b?.name;

export function fieldName(dataset: Dataset | undefined, field: Field, format: Format): string {
  const found = dataset?.fields.find((each) => sameField(each.field, field));
  return found ? format.say(found.name) : field.name;
}

/** What it counts, where nobody gave it a title. */
export function measureName(dataset: Dataset | undefined, tile: Tile, format: Format): string {
  const measure = dataset?.measures.find(({ id }) => id === tile.measure);
  return measure ? format.say(measure.name) : tile.measure;
}

/** The title that somebody gave it, or what it counts and by what. */
export function titleOf(words: Vocabulary | undefined, tile: Tile, format: Format, by: string): string {
  if (tile.title) return tile.title;
  const dataset = datasetOf(words, tile);
  const name = measureName(dataset, tile, format);
  return tile.by ? `${name} · ${by}${fieldName(dataset, tile.by, format)}` : name;
}

export function newTile(dataset: Dataset, id: string): Tile {
  return {
    id,
    title: "",
    chart: "number",
    dataset: dataset.id,
    measure: dataset.measures[0]?.id ?? "count",
    property: "",
    by: null,
    only: [],
    grain: null,
    days: 30,
    x: 0,
    y: 0,
    w: 4,
    h: 3,
  };
}

/** Another dataset has other measures and fields: what it does not have goes. */
export function ofDataset(tile: Tile, dataset: Dataset): Tile {
  const has = (field: Field | null | undefined) =>
    field ? dataset.fields.some((each) => sameField(each.field, field)) : false;
  return {
    ...tile,
    dataset: dataset.id,
    measure: dataset.measures.find(({ id }) => id === tile.measure)?.id ?? dataset.measures[0]?.id ?? "",
    property: dataset.id === "events" ? tile.property : "",
    by: tile.by && has(tile.by) ? tile.by : null,
    only: tile.only.filter(({ field }) => has(field)),
  };
}

/** A group or a time asks for a chart that shows them. */
export function fitting(tile: Tile): Tile {
  if (tile.grain && tile.chart !== "line" && tile.chart !== "table") return { ...tile, chart: "line" };
  if (!tile.grain && tile.by && (tile.chart === "number" || tile.chart === "line"))
    return { ...tile, chart: "bars" };
  if (!tile.grain && !tile.by && tile.chart !== "number") return { ...tile, chart: "number" };
  return tile;
}
