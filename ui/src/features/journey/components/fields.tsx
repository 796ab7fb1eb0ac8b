/** One field of a step or trigger, by how its value is written: a new kind of step brings no form of its own. */
import { Input, InputNumber, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { useEditor } from "../editor";
import type { Field } from "../model/kinds";
import { clockOf, minuteOf, UNITS, type Unit, unitOf } from "../model/span";
import { Arms } from "./arms";
import styles from "./drawer.module.css";

const COUNT_MAX = 1_000;
const TEXT_MAX = 200;

interface FieldProps {
  field: Field;
  of: Readonly<Record<string, unknown>>;
  onChange(value: unknown): void;
}

export function FieldRow({ field, of, onChange }: FieldProps) {
  const { t } = useTranslation();
  const { parts } = useEditor();
  const id = useId();
  const label = t(`step.fields.${field.name}` as "step.fields.when");
  if (field.as === "tree" || field.as === "arms") {
    return (
      <fieldset className={styles.field} aria-label={label}>
        {field.as === "tree" ? (
          <parts.Tree tree={of[field.name]} onChange={onChange} />
        ) : (
          <Arms arms={of[field.name]} onChange={onChange} />
        )}
      </fieldset>
    );
  }
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <Value id={id} field={field} of={of} onChange={onChange} />
    </div>
  );
}

function Value({ id, field, of, onChange }: FieldProps & { id: string }) {
  const { t } = useTranslation();
  const { parts } = useEditor();
  const value = of[field.name];
  switch (field.as) {
    case "seconds":
      return <Span id={id} seconds={typeof value === "number" ? value : null} onChange={onChange} />;
    case "minute":
      return (
        <Input
          id={id}
          type="time"
          className={styles.short ?? ""}
          value={typeof value === "number" ? clockOf(value) : ""}
          onChange={(event) => {
            const minute = minuteOf(event.target.value);
            if (minute !== null) onChange(minute);
          }}
        />
      );
    case "moment":
      return (
        <Input
          id={id}
          type="datetime-local"
          className={styles.middle ?? ""}
          value={typeof value === "number" && value > 0 ? localOf(value) : ""}
          onChange={(event) => onChange(Date.parse(event.target.value) || 0)}
        />
      );
    case "count":
      return (
        <InputNumber<number>
          id={id}
          min={1}
          max={COUNT_MAX}
          precision={0}
          value={typeof value === "number" ? value : null}
          onChange={(next) => onChange(next ?? undefined)}
        />
      );
    case "choice":
      return (
        <Select
          id={id}
          value={value ?? field.choices?.[0]}
          onChange={onChange}
          options={(field.choices ?? []).map((each) => ({
            value: each,
            label: t(`step.choices.${each}` as "step.choices.marketing"),
          }))}
        />
      );
    case "channel":
    case "content":
    case "audience":
    case "event":
    case "campaign": {
      const options = [...parts.named[field.as]];
      const missing = value && !options.some((each) => each.value === value);
      return (
        <>
          <Select
            id={id}
            showSearch={{ optionFilterProp: "label" }}
            placeholder={t("step.choose")}
            status={value ? "" : "warning"}
            value={value || null}
            onChange={onChange}
            options={missing ? [...options, { value, label: String(value) }] : options}
          />
          {field.as === "content" && value ? <Words content={String(value)} /> : null}
        </>
      );
    }
    case "longText":
      return (
        <Input.TextArea
          id={id}
          rows={3}
          value={String(value ?? "")}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    default:
      return (
        <Input
          id={id}
          maxLength={TEXT_MAX}
          value={String(value ?? "")}
          onChange={(event) => onChange(event.target.value)}
        />
      );
  }
}

function localOf(atMs: number): string {
  const at = new Date(atMs - new Date(atMs).getTimezoneOffset() * 60_000);
  return at.toISOString().slice(0, 16);
}

function Words({ content }: { content: string }) {
  const { t } = useTranslation();
  const text = useEditor().parts.named.text(content);
  return (
    <blockquote className={styles.words} aria-label={t("step.preview")}>
      {text ?? t("step.noPreview")}
    </blockquote>
  );
}

function Span({
  id,
  seconds,
  onChange,
}: {
  id: string;
  seconds: number | null;
  onChange(seconds: number): void;
}) {
  const { t } = useTranslation();
  const unit = unitOf(seconds ?? UNITS.days);
  const count = seconds === null ? null : seconds / UNITS[unit];
  return (
    <div className={styles.span}>
      <InputNumber<number>
        id={id}
        min={1}
        value={count}
        onChange={(next) => onChange(Math.round((next ?? 1) * UNITS[unit]))}
      />
      <Select<Unit>
        aria-label={t("step.unit")}
        value={unit}
        onChange={(next) => onChange(Math.round((count ?? 1) * UNITS[next]))}
        options={(Object.keys(UNITS) as Unit[]).map((each) => ({
          value: each,
          label: t(`step.units.${each}`),
        }))}
      />
    </div>
  );
}
