/** The same journey as rules read from above: when somebody enters, then this, then that; every line opens its form. */
import { PlusOutlined } from "@ant-design/icons";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/words/use-format";
import { useEditor } from "../editor";
import { START, stepOf, type Way } from "../model/draft";
import { type Line, linesOf, numbersOf } from "../model/rules";
import { AddMenu, KindIcon } from "./kind-menu";
import styles from "./rule-list.module.css";
import { Counts } from "./step-card";

export function RuleList() {
  const { t } = useTranslation();
  const { draft, tell, open, opened } = useEditor();
  const lines = useMemo(() => linesOf(draft), [draft]);
  const numbers = useMemo(() => numbersOf(lines), [lines]);
  return (
    <section className={styles.list} aria-label={t("journey.views.list")}>
      <button
        type="button"
        className={styles.trigger}
        data-step={START}
        data-chosen={opened?.what === "settings"}
        onClick={() => open({ what: "settings" })}
      >
        {tell.trigger(draft)}
      </button>
      <ol className={styles.lines}>
        {lines.map((line) => (
          <LineRow key={line.key} line={line} numbers={numbers} />
        ))}
      </ol>
    </section>
  );
}

function LineRow({ line, numbers }: { line: Line; numbers: ReadonlyMap<string, number> }) {
  const { t } = useTranslation();
  const { draft, tell } = useEditor();
  const indent = { marginInlineStart: `calc(${line.depth} * var(--indent))` };
  switch (line.as) {
    case "step":
    case "leave":
      return (
        <li style={indent}>
          {line.way ? <Plus way={line.way} /> : null}
          <StepLine id={line.id} number={line.as === "step" ? line.number : null} />
        </li>
      );
    case "way":
      return (
        <li style={indent} className={styles.way}>
          {tell.way(stepOf(draft, line.way.from), line.way.path)}
        </li>
      );
    case "go":
      return (
        <li style={indent} className={styles.onward}>
          <Plus way={line.way} />
          {t("journey.list.go", { number: numbers.get(line.way.to) ?? line.way.to })}
        </li>
      );
    case "on":
      return (
        <li style={indent} className={styles.onward}>
          <Plus way={line.way} />
          {t("journey.list.on")}
        </li>
      );
  }
}

function StepLine({ id, number }: { id: string; number: number | null }) {
  const { t } = useTranslation();
  const { draft, tell, open, opened, marks, trail, problems, selected, select } = useEditor();
  const format = useFormat();
  const step = stepOf(draft, id);
  if (!step) return null;
  const lacks = tell.lacks(step);
  const mark = marks.get(id);
  const note = draft.notes?.[id];
  return (
    <button
      type="button"
      className={styles.step}
      data-step={id}
      data-trail={trail ? trail.steps.has(id) : undefined}
      data-chosen={(opened?.what === "step" && opened.id === id) || selected.has(id)}
      onClick={() => {
        select(new Set([id]));
        open({ what: "step", id });
      }}
    >
      <span className={styles.number} aria-hidden="true">
        {number ?? <KindIcon kind={step.kind} />}
      </span>
      <span className={styles.words}>
        <span>
          {number === null ? t("journey.list.leave") : tell.step(step)}
          {mark ? <em className={styles.mark}>{t(`journey.marks.${mark}`)}</em> : null}
        </span>
        {lacks ? <span className={styles.lacks}>{lacks}</span> : null}
        {problems
          .filter((problem) => problem.node === id)
          .map((problem) => (
            <span key={problem.en} className={styles.lacks} data-severity={problem.severity}>
              {format.say(problem)}
            </span>
          ))}
        {note ? <span className={styles.note}>{note}</span> : null}
        <Counts id={id} />
      </span>
    </button>
  );
}

function Plus({ way }: { way: Way }) {
  const { t } = useTranslation();
  const { draft, tell } = useEditor();
  const from = stepOf(draft, way.from);
  const name = from ? tell.step(from) : tell.trigger(draft);
  const named = way.path !== "next" && way.path !== "";
  return (
    <AddMenu at={way}>
      <button
        type="button"
        className={styles.plus}
        aria-label={t("journey.addAfter", { way: named ? `${name} · ${tell.way(from, way.path)}` : name })}
      >
        <PlusOutlined aria-hidden="true" />
      </button>
    </AddMenu>
  );
}
