/** What is still open in the goal, asked in amber; choices where there are few, words otherwise. */
import { Button, Input } from "antd";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { Note } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import type { Slot } from "../api/goals";
import styles from "./questions.module.css";

interface QuestionsProps {
  questions: Views["Question"][];
  onAnswer(slot: Slot, words: string): void;
}

export function Questions({ questions, onAnswer }: QuestionsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return questions.map((question) => (
    <Note key={question.slot} tone="decide" title={format.say(question.text)}>
      {question.choices.length > 0 ? (
        <div className={styles.choices}>
          {question.choices.map((choice) => (
            <Button key={choice.value} onClick={() => onAnswer(question.slot, choice.value)}>
              {format.say(choice.label)}
            </Button>
          ))}
        </div>
      ) : (
        <Input.Search
          className={styles.answer ?? ""}
          aria-label={format.say(question.text)}
          placeholder={t(`goal.hint.${question.slot}`)}
          enterButton={t("goal.use")}
          onSearch={(words) => onAnswer(question.slot, words)}
        />
      )}
    </Note>
  ));
}
