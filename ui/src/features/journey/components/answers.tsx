/** Ways on by what the event says that was waited for: the first whose filters it passes. */
import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Input } from "antd";
import { useTranslation } from "react-i18next";
import styles from "./drawer.module.css";
import { Filters } from "./filters";

interface Answer {
  name?: string;
  where: Record<string, unknown>[];
  next: string;
}

interface AnswersProps {
  answers: unknown;
  /** Where a new one leads: where people go who did it. */
  onward: string;
  onChange(answers: Answer[] | undefined): void;
}

const ANSWERS_MAX = 20;

export function Answers({ answers, onward, onChange }: AnswersProps) {
  const { t } = useTranslation();
  const all = (Array.isArray(answers) ? answers : []) as Answer[];
  const write = (next: Answer[]) => onChange(next.length > 0 ? next : undefined);
  const replace = (at: number, one: Answer) => write(all.map((each, index) => (index === at ? one : each)));
  return (
    <>
      <ol className={styles.cases}>
        {all.map((each, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: its name is what is being written.
          <li key={index}>
            <div className={styles.span}>
              <Input
                aria-label={t("step.answerName", { number: index + 1 })}
                placeholder={t("step.answerName", { number: index + 1 })}
                value={each.name ?? ""}
                maxLength={40}
                onChange={(event) => replace(index, { ...each, name: event.target.value })}
              />
              <Button
                type="text"
                icon={<CloseOutlined />}
                aria-label={t("step.removeAnswer")}
                onClick={() => write(all.filter((_, at) => at !== index))}
              />
            </div>
            <Filters filters={each.where} onChange={(where) => replace(index, { ...each, where })} />
          </li>
        ))}
      </ol>
      <div>
        <Button
          size="small"
          icon={<PlusOutlined />}
          disabled={all.length >= ANSWERS_MAX}
          onClick={() => write([...all, { name: "", where: [], next: onward }])}
        >
          {t("step.addAnswer")}
        </Button>
      </div>
    </>
  );
}
