/** The form of one step: what it does, its fields from the table of kinds, where its ways lead, a note. */
import { CopyOutlined, DeleteOutlined } from "@ant-design/icons";
import { Button, Input, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Details } from "@/shared/parts/page";
import { useEditor } from "../editor";
import { type Step, waysOf } from "../model/draft";
import { condition } from "../model/field";
import { kindOf } from "../model/kinds";
import styles from "./drawer.module.css";
import { FieldRow } from "./fields";
import { useKindOptions } from "./kind-menu";
import { ProblemNote } from "./problems";

const NOTE_CHARACTERS_MAX = 1_000;

interface StepFormProps {
  step: Step;
  onCopy(): void;
  onRemove(): void;
}

export function StepForm({ step, onCopy, onRemove }: StepFormProps) {
  const { t } = useTranslation();
  const { act, draft, problems } = useEditor();
  const kindField = useId();
  const noteField = useId();
  const kinds = useKindOptions(draft);
  const kind = kindOf(step.kind);
  const fields = kind?.fields ?? [];
  const row = (field: (typeof fields)[number]) => (
    <FieldRow
      key={field.name}
      field={field}
      of={step}
      onChange={(value) => act({ kind: "replace", step: condition({ ...step, [field.name]: value }) })}
    />
  );
  const seldom = fields.filter((field) => field.seldom);
  const ways = waysOf(step);
  return (
    <div className={styles.form}>
      {problems
        .filter((problem) => problem.node === step.id)
        .map((problem) => (
          <ProblemNote key={`${problem.code} ${problem.en}`} problem={problem} />
        ))}
      <div className={styles.field}>
        <label htmlFor={kindField}>{t("step.kind")}</label>
        <Select
          id={kindField}
          value={step.kind}
          options={
            kind ? kinds : [...kinds, { label: step.kind, options: [{ value: step.kind, label: step.kind }] }]
          }
          onChange={(into: string) => act({ kind: "turn", id: step.id, into })}
          listHeight={420}
        />
      </div>
      {kind ? null : <p className={styles.hint}>{t("step.unknown")}</p>}
      {fields.filter((field) => !field.seldom).map(row)}
      {ways.length > 0 ? (
        <div className={styles.field}>
          <span className={styles.title}>{t("step.onward")}</span>
          <div className={styles.onward}>
            {ways.map((way) => (
              <Onward key={way.path} step={step} path={way.path} to={way.to} />
            ))}
            {(kind?.perhaps ?? [])
              .filter((path) => !step[path])
              .map((path) => (
                <Onward key={path} step={step} path={path} to="" />
              ))}
          </div>
        </div>
      ) : null}
      <div className={styles.field}>
        <label htmlFor={noteField}>{t("step.note")}</label>
        <Input.TextArea
          id={noteField}
          autoSize={{ minRows: 2, maxRows: 8 }}
          maxLength={NOTE_CHARACTERS_MAX}
          placeholder={t("step.noteHow")}
          value={draft.notes?.[step.id] ?? ""}
          onChange={(event) => act({ kind: "note", id: step.id, text: event.target.value })}
        />
      </div>
      {seldom.length > 0 ? (
        <Details summary={t("step.more")}>
          <div className={styles.form}>{seldom.map(row)}</div>
        </Details>
      ) : null}
      <div className={styles.foot}>
        <Button icon={<CopyOutlined />} onClick={onCopy}>
          {t("journey.copy")}
        </Button>
        <Button danger icon={<DeleteOutlined />} onClick={onRemove}>
          {t("journey.remove")}
        </Button>
      </div>
    </div>
  );
}

function Onward({ step, path, to }: { step: Step; path: string; to: string }) {
  const { t } = useTranslation();
  const { draft, act, tell } = useEditor();
  const id = useId();
  return (
    <>
      <label htmlFor={id}>{tell.way(step, path)}</label>
      <Select
        id={id}
        value={to}
        showSearch={{ optionFilterProp: "label" }}
        onChange={(next: string) => act({ kind: "lead", at: { from: step.id, path }, to: next })}
        options={[
          ...(kindOf(step.kind)?.perhaps?.includes(path) ? [{ value: "", label: t("step.asFirst") }] : []),
          ...draft.nodes
            .filter((each) => each.id !== step.id)
            .map((each) => ({ value: each.id, label: tell.step(each) })),
        ]}
      />
    </>
  );
}
