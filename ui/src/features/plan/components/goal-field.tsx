/** The sentence, as large as a search field; under it what we understood, chip by chip, and what is still asked. */
import { useQuery } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { type KeyboardEvent, useId } from "react";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { ErrorNote } from "@/shared/parts/shown";
import { useSettled } from "@/shared/use-settled";
import { type Answers, type Goal, type QuestionId, readingOptions } from "../api/goals";
import styles from "./goal-field.module.css";
import { Questions } from "./questions";
import { UnderstoodRow } from "./understood-row";

const PAUSE_MS = 300; // A pause in typing; shorter ones would ask about half words.

interface GoalFieldProps {
  goal: Goal;
  onChange(goal: Goal): void;
  onSubmit(): void;
  busy: boolean;
  /** On a plan's own page the launch is what matters; planning again is second to it. */
  again?: boolean;
  /** What planning this very sentence left open; some questions need the customers and not only the words. */
  asked?: readonly Views["Question"][];
}

export function GoalField({ goal, onChange, onSubmit, busy, again = false, asked = [] }: GoalFieldProps) {
  const { t } = useTranslation();
  const field = useId();
  const written = goal.text.trim() !== "";
  const settled = useSettled(goal, PAUSE_MS);
  const reading = useQuery(readingOptions(settled));
  const answer = (id: QuestionId, words: string) =>
    onChange({ ...goal, answers: withAnswer(goal.answers, id, words) });
  const read = reading.data?.questions ?? [];
  const open = [...read, ...asked.filter((each) => read.every((question) => question.id !== each.id))].filter(
    (question) => goal.answers[question.id] === undefined,
  );
  const submit = (event: KeyboardEvent) => {
    // Enter confirms a Chinese input method's choice first; only a bare Enter submits.
    if (event.nativeEvent.isComposing || event.shiftKey) return;
    event.preventDefault();
    if (written && !busy) onSubmit();
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
        <Button
          type={again ? "default" : "primary"}
          size="large"
          loading={busy}
          disabled={!written}
          onClick={onSubmit}
        >
          {t(again ? "goal.again" : "goal.plan")}
        </Button>
      </div>
      {written && reading.data ? (
        <>
          <UnderstoodRow
            understood={reading.data.understood}
            onRewrite={(text) => onChange({ ...goal, text })}
          />
          <Questions questions={open} onAnswer={answer} />
        </>
      ) : null}
      {written && reading.isError ? <ErrorNote error={reading.error} /> : null}
    </div>
  );
}

/** An emptied answer gives the question back to the sentence. */
function withAnswer(answers: Answers, id: QuestionId, words: string): Answers {
  const next = { ...answers };
  if (words.trim() === "") delete next[id];
  else next[id] = words.trim();
  return next;
}
