/** 「我理解为」: every part of the goal as a chip that can be corrected in words. */
import { Button, Input, Popover } from "antd";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { useFormat } from "@/shared/words/use-format";
import type { Slot } from "../api/goals";
import { type Chip, chipsOf } from "../model/chips";
import styles from "./chip-row.module.css";

interface ChipRowProps {
  reading: Views["Reading"];
  onAnswer(slot: Slot, words: string): void;
}

export function ChipRow({ reading, onAnswer }: ChipRowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const chips = chipsOf(reading, format, {
    up: t("goal.up"),
    down: t("goal.down"),
    againstNobody: t("goal.againstNobody"),
    againstLast: t("goal.againstLast"),
    days: (count) => t("goal.days", { count }),
    everybody: t("goal.everybody"),
    cap: (count, perDays) => t("goal.cap", { count, days: perDays }),
  });
  return (
    <div className={styles.row} role="group" aria-label={t("goal.understood")}>
      <span className={styles.name}>{t("goal.understood")}</span>
      {chips.map((chip) => (
        <EditableChip key={chip.slot} chip={chip} onAnswer={onAnswer} />
      ))}
    </div>
  );
}

function EditableChip({ chip, onAnswer }: { chip: Chip; onAnswer(slot: Slot, words: string): void }) {
  const { t } = useTranslation();
  const field = useId();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const name = t(`goal.slot.${chip.slot}`);
  const confirm = (event: FormEvent) => {
    event.preventDefault();
    onAnswer(chip.slot, typed);
    setOpen(false);
  };
  const editor = (
    <form onSubmit={confirm} className={styles.editor}>
      <label htmlFor={field}>{t("goal.correct", { name })}</label>
      <Input id={field} value={typed} autoFocus onChange={(event) => setTyped(event.target.value)} placeholder={t(`goal.hint.${chip.slot}`)} />
      <Button type="primary" htmlType="submit">
        {t("goal.use")}
      </Button>
    </form>
  );
  return (
    <Popover content={editor} trigger="click" open={open} onOpenChange={setOpen} destroyOnHidden>
      <button type="button" className={styles.chip} data-state={chip.state} aria-expanded={open}>
        <span className={styles.slot}>{name}</span>
        <span>{chip.value ?? t("goal.open")}</span>
        {chip.state === "assumed" ? <span className={styles.mark}>{t("goal.assumed")}</span> : null}
      </button>
    </Popover>
  );
}
