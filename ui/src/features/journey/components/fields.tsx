/** One field of a step or trigger, by how its value is written: a new kind of step brings no form of its own. */
import { Checkbox, Input, InputNumber, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { useEditor } from "../editor";
import type { Field } from "../model/field";
import { readAs } from "../model/filters";
import { clockOf, minuteOf } from "../model/span";
import { bringsProperties } from "../model/triggers";
import type { Way } from "../model/ways";
import { Answers } from "./answers";
import { Arms } from "./arms";
import { Cases } from "./cases";
import styles from "./drawer.module.css";
import { Filters } from "./filters";
import { Pick } from "./pick";
import { Sides } from "./sides";
import { Span } from "./span";
import { Ways } from "./ways";

const COUNT_MAX = 1_000;
const TEXT_MAX = 200;

interface FieldProps {
  field: Field;
  of: Readonly<Record<string, unknown>>;
  onChange(value: unknown): void;
}

export function FieldRow({ field, of, onChange }: FieldProps) {
  const { t } = useTranslation();
  const { parts, draft } = useEditor();
  const id = useId();
  const label = t(`step.fields.${field.name}` as "step.fields.when");
  const value = of[field.name];
  if (field.as === "filters") {
    if (field.name === "entry" && !bringsProperties(draft)) return null;
    return (
      <fieldset className={styles.field}>
        <legend className={styles.title}>{label}</legend>
        <Filters filters={value} onChange={(next) => onChange(next.length > 0 ? next : undefined)} />
      </fieldset>
    );
  }
  if (field.as === "answers") {
    return (
      <fieldset className={styles.field}>
        <legend className={styles.title}>{label}</legend>
        <Answers answers={value} onward={String(of.happened ?? "")} onChange={onChange} />
      </fieldset>
    );
  }
  if (field.as === "ways") {
    return (
      <fieldset className={styles.field}>
        <legend className={styles.title}>{label}</legend>
        <Ways ways={(value ?? []) as readonly Way[]} onChange={onChange} />
      </fieldset>
    );
  }
  if (field.as === "tree" || field.as === "arms" || field.as === "sides" || field.as === "cases") {
    return (
      <fieldset className={styles.field} aria-label={label}>
        {field.as === "tree" ? <parts.Tree tree={value} onChange={onChange} /> : null}
        {field.as === "arms" ? <Arms arms={value} onChange={onChange} /> : null}
        {field.as === "sides" ? <Sides arms={value} onChange={onChange} /> : null}
        {field.as === "cases" ? <Cases cases={value} onChange={onChange} /> : null}
      </fieldset>
    );
  }
  if (field.as === "flag") {
    return (
      <Checkbox checked={value === true} onChange={(event) => onChange(event.target.checked)}>
        {label}
      </Checkbox>
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
            if (minute !== null || field.optional) onChange(minute ?? undefined);
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
            label: t(`step.choices.${each || "shop"}` as "step.choices.marketing"),
          }))}
        />
      );
    case "weekdays":
      return (
        <Select
          id={id}
          mode="multiple"
          allowClear
          placeholder={t("step.everyDay")}
          value={(value ?? []) as number[]}
          onChange={onChange}
          options={([1, 2, 3, 4, 5, 6, 7] as const).map((day) => ({
            value: day,
            label: t(`step.weekdays.${day}` as "step.unit"),
          }))}
        />
      );
    case "number":
      return (
        <InputNumber<number>
          id={id}
          className={styles.short ?? ""}
          value={typeof value === "number" ? value : null}
          onChange={(next) => onChange(next ?? undefined)}
        />
      );
    case "date":
      return (
        <Input
          id={id}
          type="date"
          className={styles.middle ?? ""}
          value={String(value ?? "")}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case "localTime":
      return (
        <Input
          id={id}
          type="datetime-local"
          step={1}
          className={styles.middle ?? ""}
          value={String(value ?? "")}
          onChange={(event) => onChange(withSeconds(event.target.value))}
        />
      );
    case "longText":
      return (
        <Input.TextArea
          id={id}
          rows={3}
          value={String(value ?? "")}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case "text":
    case "value":
      return (
        <Input
          id={id}
          maxLength={TEXT_MAX}
          value={String(value ?? "")}
          onChange={(event) =>
            onChange(field.as === "value" ? readAs(event.target.value) : event.target.value)
          }
        />
      );
    case "flag":
    case "tree":
    case "arms":
    case "sides":
    case "cases":
    case "filters":
    case "answers":
    case "ways":
      return null; // These have a form of their own, above.
    default:
      return <Pick id={id} field={field} kind={field.as} value={value} onChange={onChange} />;
  }
}

function localOf(atMs: number): string {
  const at = new Date(atMs - new Date(atMs).getTimezoneOffset() * 60_000);
  return at.toISOString().slice(0, 16);
}

function withSeconds(local: string): string {
  return local.length === 16 ? `${local}:00` : local;
}
