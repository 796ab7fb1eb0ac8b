/** A place that chips are dropped into, and the chips themselves; a click does what a drag does. */
import { CloseOutlined } from "@ant-design/icons";
import { type DragEvent, type ReactNode, useState } from "react";
import type { Field } from "../api/dashboards";
import styles from "./builder.module.css";

export type Dragged = { measure: string } | { field: Field };

const TYPE = "application/x-liftloop-field";

export function Chip({ what, name, onChoose }: { what: Dragged; name: string; onChoose(): void }) {
  return (
    <button
      type="button"
      className={styles.chip}
      draggable
      onDragStart={(event) => {
        event.dataTransfer.setData(TYPE, JSON.stringify(what));
        event.dataTransfer.effectAllowed = "copy";
      }}
      onClick={onChoose}
    >
      {name}
    </button>
  );
}

interface SlotProps {
  label: string;
  /** Words where nothing is chosen yet. */
  empty: string;
  children?: ReactNode;
  onDrop(what: Dragged): void;
}

export function Slot({ label, empty, children, onDrop }: SlotProps) {
  const [over, setOver] = useState(false);
  const takes = (event: DragEvent) => event.dataTransfer.types.includes(TYPE);
  return (
    <fieldset
      className={styles.slot}
      data-over={over}
      onDragOver={(event) => {
        if (!takes(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const told = event.dataTransfer.getData(TYPE);
        if (told) onDrop(JSON.parse(told) as Dragged);
      }}
    >
      <legend>{label}</legend>
      {children || <span className={styles.empty}>{empty}</span>}
    </fieldset>
  );
}

export function Chosen({ name, remove, onRemove }: { name: string; remove: string; onRemove?(): void }) {
  return (
    <span className={styles.chosen}>
      {name}
      {onRemove ? (
        <button type="button" aria-label={remove} onClick={onRemove}>
          <CloseOutlined aria-hidden="true" />
        </button>
      ) : null}
    </span>
  );
}
