/** What is wrong with a journey and what mends it: at each step, in its form, and all together above the canvas. */
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Note } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import { type Problem, useEditor } from "../editor";
import { stepOf } from "../model/draft";
import styles from "./journey-editor.module.css";

export function ProblemNote({ problem, named = false }: { problem: Problem; named?: boolean }) {
  const format = useFormat();
  const { mend, tell, draft, select, open } = useEditor();
  const step = named ? stepOf(draft, problem.node) : undefined;
  return (
    <Note tone={problem.severity === "error" ? "harm" : "decide"} title={format.say(problem)}>
      {step || problem.fix ? (
        <span className={styles.fixes}>
          {problem.fix ? (
            <Button size="small" onClick={() => mend(problem)}>
              {format.say(problem.fix)}
            </Button>
          ) : null}
          {step ? (
            <Button
              size="small"
              type="text"
              onClick={() => {
                select(new Set([step.id]));
                open({ what: "step", id: step.id });
              }}
            >
              {tell.step(step)}
            </Button>
          ) : null}
        </span>
      ) : null}
    </Note>
  );
}

/** All of them, closed to one line until asked for. */
export function ProblemList({ mendAll }: { mendAll: (() => void) | null }) {
  const { t } = useTranslation();
  const { problems } = useEditor();
  if (problems.length === 0) return null;
  const errors = problems.filter((each) => each.severity === "error").length;
  return (
    <details className={styles.problems}>
      <summary>
        {errors > 0
          ? t("journey.problems.errors", { count: errors })
          : t("journey.problems.warnings", { count: problems.length })}
      </summary>
      <div className={styles.asked}>
        {mendAll ? (
          <div>
            <Button onClick={mendAll}>{t("journey.problems.mendAll")}</Button>
          </div>
        ) : null}
        {problems.map((problem) => (
          <ProblemNote key={`${problem.code} ${problem.node} ${problem.en}`} problem={problem} named />
        ))}
      </div>
    </details>
  );
}
