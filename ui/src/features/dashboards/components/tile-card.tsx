/** One tile in its frame; while a board is edited it can be taken by its head, pulled at its corner, and moved by keys. */
import { DragOutlined, EditOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { type CSSProperties, type KeyboardEvent, type PointerEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Tile } from "../api/dashboards";
import styles from "./board.module.css";
import { TileBody } from "./tile-body";

export type Pull = "move" | "resize";

interface TileCardProps {
  tile: Tile;
  title: string;
  style: CSSProperties;
  editing: boolean;
  chosen: boolean;
  /** Pulled so far since the pull began, in pixels. */
  onPull(how: Pull, dx: number, dy: number, begins: boolean): void;
  /** One cell by the keys. */
  onStep(how: Pull, dx: number, dy: number): void;
  onEdit(): void;
}

const STEPS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function TileCard({ tile, title, style, editing, chosen, onPull, onStep, onEdit }: TileCardProps) {
  const { t } = useTranslation();
  const began = useRef<[number, number] | null>(null);
  const pulled = (how: Pull) => ({
    onPointerDown(event: PointerEvent<HTMLButtonElement>) {
      event.currentTarget.setPointerCapture(event.pointerId);
      began.current = [event.clientX, event.clientY];
      onPull(how, 0, 0, true);
    },
    onPointerMove(event: PointerEvent<HTMLButtonElement>) {
      if (began.current === null) return;
      onPull(how, event.clientX - began.current[0], event.clientY - began.current[1], false);
    },
    onPointerUp() {
      began.current = null;
    },
    onPointerCancel() {
      began.current = null;
    },
    onKeyDown(event: KeyboardEvent) {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      onStep(how, step[0], step[1]);
    },
  });
  return (
    <section className={styles.tile} style={style} aria-label={title} data-chosen={chosen}>
      <header className={styles.tileHead}>
        {editing ? (
          <button
            type="button"
            className={styles.handle}
            aria-label={t("board.move", { title })}
            {...pulled("move")}
          >
            <DragOutlined aria-hidden="true" />
          </button>
        ) : null}
        <h2>{title}</h2>
        {editing ? (
          <Button
            size="small"
            type="text"
            icon={<EditOutlined />}
            aria-label={t("board.editTile", { title })}
            onClick={onEdit}
          />
        ) : null}
      </header>
      <div className={styles.tileBody}>
        <TileBody tile={tile} title={title} leads={!editing} />
      </div>
      {editing ? (
        <button
          type="button"
          className={styles.corner}
          aria-label={t("board.resize", { title })}
          {...pulled("resize")}
        />
      ) : null}
    </section>
  );
}
