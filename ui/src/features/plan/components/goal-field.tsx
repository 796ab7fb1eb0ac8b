/** The sentence, as large as a search field; under it what we understood, chip by chip, and what is still asked. */
import { Button, Input } from "antd";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNote } from "@/shared/parts/shown";
import { type Answers, type Goal, readingOptions, type Slot } from "../api/goals";
import { ChipRow } from "./chip-row";
import styles from "./goal-field.module.css";
import { Questions } from "./questions";

const PAUSE_MS = 300; // A pause in typing; shorter ones would ask about half words.

interface GoalFieldProps {
  goal: Goal;
  onChange(goal: Goal): void;
  onSubmit(): void;
  busy: boolean;
}

export function GoalField({ goal, onChange, onSubmit, busy }: GoalFieldProps) {
  const { t } = useTranslation();
  const field = useId();
  const settled = useSettled(goal, PAUSE_MS);
  const reading = useQuery(readingOptions(settled));
  const answer = (slot: Slot, words: string) => onChange({ ...goal, answers: withAnswer(goal.answers, slot, words) });
  const open = (reading.data?.questions ?? []).filter((question) => goal.answers[question.slot] === undefined);
  const submit = (event: KeyboardEvent) => {
    // Enter confirms a Chinese input method's choice first; only a bare Enter submits.
    if (event.nativeEvent.isComposing || event.shiftKey) return;
    event.preventDefault();
    onSubmit();
  };
  return (
    <div className={styles.goal}>
      <label htmlFor={field} className="only-read">
        {t("goal.field")}
      </label>
      <div className={styles.line}>
        <Input.TextArea
          id={field}
          size="large"
          autoSize={{ minRows: 1, maxRows: 4 }}
          maxLength={500}
          placeholder={t("goal.placeholder")}
          value={goal.text}
          onChange={(event) => onChange({ ...goal, text: event.target.value })}
          onPressEnter={submit}
        />
        <Button type="primary" size="large" loading={busy} disabled={goal.text.trim() === ""} onClick={onSubmit}>
          {t("goal.plan")}
        </Button>
      </div>
      {goal.text.trim() !== "" && reading.data ? (
        <>
          <ChipRow reading={reading.data} onAnswer={answer} />
          <Questions questions={open} onAnswer={answer} />
        </>
      ) : null}
      {reading.isError && goal.text.trim() !== "" ? <ErrorNote error={reading.error} /> : null}
    </div>
  );
}

/** An emptied answer gives the slot back to the sentence. */
function withAnswer(answers: Answers, slot: Slot, words: string): Answers {
  const next = { ...answers };
  if (words.trim() === "") delete next[slot];
  else next[slot] = words.trim();
  return next;
}

function useSettled<T>(value: T, pauseMs: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pauseMs);
    return () => clearTimeout(timer);
  }, [value, pauseMs]);
  return settled;
}
