/** The tree with undo and redo, by button and by the keys that people know; fields of text keep their own. */
import { RedoOutlined, UndoOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Words } from "../atoms/atom";
import { newAtom } from "../atoms/registry";
import type { Step } from "../model/history";
import { asGroup, type Group, type Node } from "../model/tree";
import styles from "./audience-editor.module.css";
import { TreeEditor } from "./tree-editor";

interface TreeWithHistoryProps {
  builder: { definition: Group; change(step: Step): void; canUndo: boolean; canRedo: boolean };
  words: Words;
}

export function TreeWithHistory({ builder, words }: TreeWithHistoryProps) {
  const { t } = useTranslation();
  const { definition, change, canUndo, canRedo } = builder;
  const press = (event: KeyboardEvent) => {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || (key !== "z" && key !== "y")) return;
    event.preventDefault();
    change({ kind: key === "y" || event.shiftKey ? "redo" : "undo" });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only listens for keys pressed in the fields inside.
    <div onKeyDown={press}>
      <div className={styles.history}>
        <Button
          type="text"
          icon={<UndoOutlined />}
          disabled={!canUndo}
          onClick={() => change({ kind: "undo" })}
          aria-keyshortcuts="Control+Z"
        >
          {t("audience.undo")}
        </Button>
        <Button
          type="text"
          icon={<RedoOutlined />}
          disabled={!canRedo}
          onClick={() => change({ kind: "redo" })}
          aria-keyshortcuts="Control+Shift+Z"
        >
          {t("audience.redo")}
        </Button>
      </div>
      <TreeEditor group={definition} path={[]} words={words} onChange={change} />
    </div>
  );
}

/** What an editor begins with: what was saved, or one condition to change. */
export function firstTree(saved: Node | undefined, words: Words): Group {
  if (saved) return asGroup(saved);
  const first = words.vocabulary.events[0];
  return { all: [newAtom(first ? `event:${first.id}` : "percent:", words)] };
}
