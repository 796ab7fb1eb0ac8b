/** What is still open in the goal, asked in amber; choices where there are few, words otherwise. */
import { Button, Input } from "antd";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { Note } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import type { QuestionId } from "../api/goals";
import styles from "./questions.module.css";

interface QuestionsProps {
  questions: Views["Question"][];
  onAnswer(id: QuestionId, words: string): void;
}

export function Questions({ questions, onAnswer }: QuestionsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return questions.map((question) => (
    <Note key={question.id} tone="decide" title={format.say(question.text)}>
      <div className={styles.choices}>
        {question.choices.map((choice) => (
          <Button key={choice.value} onClick={() => onAnswer(question.id, choice.value)}>
            {format.say(choice.label)}
          </Button>
        ))}
        {question.open ? (
          <Input.Search
            className={styles.answer ?? ""}
            aria-label={format.say(question.text)}
            placeholder={t("goal.answer")}
            enterButton={t("goal.use")}
            onSearch={(words) => onAnswer(question.id, words)}
          />
        ) : null}
      </div>
    </Note>
  ));
}
