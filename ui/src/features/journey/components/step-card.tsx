/** One step as it stands on the canvas: what it does, what was counted there, what is wrong with it. */
import { CommentOutlined, ExclamationCircleOutlined, TeamOutlined } from "@ant-design/icons";
import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/words/use-format";
import { useEditor } from "../editor";
import { START, stepOf } from "../model/draft";
import styles from "./canvas.module.css";
import { KindIcon } from "./kind-menu";

export type StepNode = Node<{ step: string }, "step">;

export const StepCard = memo(function StepCard({ data }: NodeProps<StepNode>) {
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} className={styles.handle ?? ""} />
      {data.step === START ? <TriggerFace /> : <StepFace id={data.step} />}
      <Handle
        type="source"
        position={Position.Bottom}
        isConnectable={false}
        className={styles.handle ?? ""}
      />
    </>
  );
});

function TriggerFace() {
  const { t } = useTranslation();
  const { draft, tell, opened, open, selected, select } = useEditor();
  return (
    <button
      type="button"
      className={styles.card}
      data-kind="trigger"
      data-step={START}
      data-chosen={selected.has(START) || opened?.what === "settings"}
      tabIndex={selected.size === 0 || selected.has(START) ? 0 : -1}
      onClick={() => {
        select(new Set([START]));
        open({ what: "settings" });
      }}
    >
      <span className={styles.head}>
        <span className={styles.icon} aria-hidden="true">
          <TeamOutlined />
        </span>
        {t("step.trigger")}
      </span>
      <span className={styles.said}>{tell.trigger(draft)}</span>
    </button>
  );
}

function StepFace({ id }: { id: string }) {
  const { t } = useTranslation();
  const { draft, tell, marks, trail, problems, selected, select, open } = useEditor();
  const format = useFormat();
  const step = stepOf(draft, id);
  if (!step) return null;
  const problem = problems.find((each) => each.node === id);
  const lacks = tell.lacks(step) ?? (problem ? format.say(problem) : null);
  const mark = marks.get(id);
  const note = draft.notes?.[id];
  return (
    <button
      type="button"
      className={styles.card}
      data-kind={step.kind}
      data-step={id}
      data-chosen={selected.has(id)}
      data-mark={mark}
      data-trail={trail ? trail.steps.has(id) : undefined}
      data-lacks={problem?.severity ?? (lacks !== null ? "warning" : undefined)}
      tabIndex={selected.has(id) ? 0 : -1}
      onClick={(event) => {
        if (event.shiftKey) {
          const next = new Set(selected);
          if (!next.delete(id)) next.add(id);
          select(next);
          return;
        }
        select(new Set([id]));
        open({ what: "step", id });
      }}
    >
      <span className={styles.head}>
        <span className={styles.icon} aria-hidden="true">
          <KindIcon kind={step.kind} />
        </span>
        {tell.kind(step.kind)}
        {mark ? <span className={styles.mark}>{t(`journey.marks.${mark}`)}</span> : null}
        {note ? (
          <span className={styles.note} title={note}>
            <CommentOutlined aria-label={`${t("step.note")}: ${note}`} />
          </span>
        ) : null}
      </span>
      {lacks ? (
        <span className={styles.lacks}>
          <ExclamationCircleOutlined aria-hidden="true" /> {lacks}
        </span>
      ) : step.kind === "exit" ? null : (
        <span className={styles.said}>{tell.step(step)}</span>
      )}
      <Counts id={id} />
    </button>
  );
}

export function Counts({ id }: { id: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const counted = useEditor().counts.get(id);
  if (!counted) return null;
  const said = (["arrived", "waiting", "sent"] as const).flatMap((name) =>
    counted[name] > 0 || name === "arrived"
      ? [t(`journey.counts.${name}`, { people: format.people(counted[name]) })]
      : [],
  );
  return <span className={styles.counts}>{said.join(" · ")}</span>;
}
