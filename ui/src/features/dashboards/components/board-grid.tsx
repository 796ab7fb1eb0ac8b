/** The tiles where they lie: a grid of twelve columns, on a phone one below the other. */
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLook } from "@/shared/appearance";
import { useFormat } from "@/shared/words/use-format";
import type { Tile, Vocabulary } from "../api/dashboards";
import { COLUMNS, GAP_PX, inOrder, movedTo, ROW_PX, resizedTo, rowsOf } from "../model/grid";
import { titleOf } from "../model/tile";
import styles from "./board.module.css";
import { type Pull, TileCard } from "./tile-card";

interface BoardGridProps {
  tiles: Tile[];
  words: Vocabulary | undefined;
  editing: boolean;
  chosen: string | null;
  onTiles(tiles: Tile[]): void;
  onEdit(id: string): void;
}

export function BoardGrid({ tiles, words, editing, chosen, onTiles, onEdit }: BoardGridProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { narrow } = useLook();
  const host = useRef<HTMLDivElement>(null);
  const before = useRef<Tile[]>(tiles); // As they lay when the pull began.
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!host.current) return;
    const watcher = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    watcher.observe(host.current);
    return () => watcher.disconnect();
  }, []);
  const cell = (width + GAP_PX) / COLUMNS || 1;
  const change = (from: Tile[], id: string, how: Pull, dx: number, dy: number) => {
    const tile = from.find((each) => each.id === id);
    if (!tile) return;
    onTiles(
      how === "move"
        ? movedTo(from, id, tile.x + dx, tile.y + dy)
        : resizedTo(from, id, tile.w + dx, tile.h + dy),
    );
  };
  return (
    <div
      ref={host}
      className={narrow ? styles.column : styles.board}
      style={narrow ? {} : { height: rowsOf(tiles) * (ROW_PX + GAP_PX) - GAP_PX }}
    >
      {inOrder(tiles).map((tile) => (
        <TileCard
          key={tile.id}
          tile={tile}
          title={titleOf(words, tile, format, t("board.apartBy"))}
          editing={editing}
          chosen={chosen === tile.id}
          style={
            narrow
              ? { minHeight: tile.chart === "number" ? 0 : tile.h * ROW_PX }
              : {
                  position: "absolute",
                  left: `calc((100% + ${GAP_PX}px) / ${COLUMNS} * ${tile.x})`,
                  width: `calc((100% + ${GAP_PX}px) / ${COLUMNS} * ${tile.w} - ${GAP_PX}px)`,
                  top: tile.y * (ROW_PX + GAP_PX),
                  height: tile.h * (ROW_PX + GAP_PX) - GAP_PX,
                }
          }
          onPull={(how, dx, dy, begins) => {
            if (begins) before.current = tiles;
            else
              change(before.current, tile.id, how, Math.round(dx / cell), Math.round(dy / (ROW_PX + GAP_PX)));
          }}
          onStep={(how, dx, dy) => {
            // Up means before what lies above: a row alone would only push it away.
            const above = tiles.filter((each) => each.y + each.h === tile.y);
            const rows = dy < 0 && how === "move" ? -Math.max(1, ...above.map((each) => each.h)) : dy;
            const below = tiles.filter((each) => each.y === tile.y + tile.h);
            const down = dy > 0 && how === "move" ? Math.max(1, ...below.map((each) => each.h)) : rows;
            change(tiles, tile.id, how, dx, down);
          }}
          onEdit={() => onEdit(tile.id)}
        />
      ))}
    </div>
  );
}
