/** Find a step by what it says, by its note or its id; Enter goes from one to the next. */
import { SearchOutlined } from "@ant-design/icons";
import { Input, type InputRef } from "antd";
import { type Ref, useState } from "react";
import { useTranslation } from "react-i18next";
import { useEditor } from "../editor";
import { inOrder, stepOf } from "../model/draft";
import styles from "./journey-editor.module.css";

export function Search({ field }: { field: Ref<InputRef> }) {
  const { t } = useTranslation();
  const { draft, tell, select, selected } = useEditor();
  const [sought, setSought] = useState("");
  const [at, setAt] = useState(0);
  const words = sought.trim().toLowerCase();
  const hits =
    words === ""
      ? []
      : inOrder(draft).filter((id) => {
          const step = stepOf(draft, id);
          const said = step ? [tell.kind(step.kind), tell.step(step), draft.notes?.[id], id] : [];
          return said.some((each) => each?.toLowerCase().includes(words));
        });
  const go = (place: number) => {
    const next = place % Math.max(hits.length, 1);
    const id = hits[next];
    if (id === undefined) return;
    setAt(next);
    select(new Set([id]));
  };
  return (
    <Input
      ref={field}
      allowClear
      className={styles.search ?? ""}
      prefix={<SearchOutlined aria-hidden="true" />}
      aria-label={t("journey.find")}
      aria-keyshortcuts="Control+F"
      placeholder={t("journey.find")}
      value={sought}
      suffix={
        words === "" ? null : (
          <span role="status" className={styles.found}>
            {hits.length > 0
              ? t("journey.found", { at: at + 1, of: hits.length })
              : t("journey.nothingFound")}
          </span>
        )
      }
      onChange={(event) => {
        setSought(event.target.value);
        setAt(0);
      }}
      onPressEnter={(event) => {
        const here = hits[at];
        const shown = here !== undefined && selected.has(here);
        go(event.shiftKey ? at + hits.length - 1 : at + (shown ? 1 : 0));
      }}
    />
  );
}
