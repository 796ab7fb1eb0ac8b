/** 「我理解为」: every understood piece as a chip that can be reworded, what was assumed, and what was not understood. */
import { Button, Input, Popover } from "antd";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { useFormat } from "@/shared/words/use-format";
import { withWordsAt, wordsAt } from "../model/chips";
import styles from "./understood-row.module.css";

interface UnderstoodRowProps {
  understood: Views["Understood"];
  onRewrite(text: string): void;
}

export function UnderstoodRow({ understood, onRewrite }: UnderstoodRowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const remarks = [...understood.assumed, ...understood.notes];
  return (
    <div className={styles.understood}>
      <fieldset className={styles.row} aria-label={t("goal.understood")}>
        <span className={styles.name}>{t("goal.understood")}</span>
        {understood.chips.map((chip) => (
          <ChipButton
            key={`${chip.field}|${chip.label.en}`}
            chip={chip}
            text={understood.text}
            onRewrite={onRewrite}
          />
        ))}
        {understood.chips.length === 0 ? <span>{t("goal.nothingYet")}</span> : null}
        {understood.unread.map((words) => (
          <span key={words} className={styles.unread}>
            {t("goal.unread", { words })}
          </span>
        ))}
      </fieldset>
      {remarks.length > 0 ? (
        <ul className={styles.remarks}>
          {remarks.map((remark) => (
            <li key={remark.id}>{format.say(remark.text)}</li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

interface ChipButtonProps {
  chip: Views["Chip"];
  text: string;
  onRewrite(text: string): void;
}

function ChipButton({ chip, text, onRewrite }: ChipButtonProps) {
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const label = format.say(chip.label);
  // A piece that was assumed has no words to change; the remark beside it says how to state it.
  if (chip.spans.length === 0) {
    return (
      <span className={styles.chip} data-assumed="true">
        {label}
      </span>
    );
  }
  const rewrite = (words: string) => {
    setOpen(false);
    onRewrite(withWordsAt(text, chip.spans, words));
  };
  return (
    <Popover
      content={<ChipEditor label={label} words={wordsAt(text, chip.spans)} onDone={rewrite} />}
      trigger="click"
      open={open}
      onOpenChange={setOpen}
      destroyOnHidden
    >
      <button type="button" className={styles.chip} aria-expanded={open}>
        {label}
      </button>
    </Popover>
  );
}

function ChipEditor({ label, words, onDone }: { label: string; words: string; onDone(words: string): void }) {
  const { t } = useTranslation();
  const field = useId();
  const [typed, setTyped] = useState(words);
  const confirm = (event: FormEvent) => {
    event.preventDefault();
    onDone(typed.trim());
  };
  return (
    <form onSubmit={confirm} className={styles.editor}>
      <label htmlFor={field}>{t("goal.correct", { label })}</label>
      <Input id={field} value={typed} autoFocus onChange={(event) => setTyped(event.target.value)} />
      <div className={styles.buttons}>
        <Button type="primary" htmlType="submit" disabled={typed.trim() === ""}>
          {t("goal.use")}
        </Button>
        <Button onClick={() => onDone("")}>{t("goal.drop")}</Button>
      </div>
    </form>
  );
}
