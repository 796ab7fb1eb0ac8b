/** What an import would make of the rows: field by field, with examples; and how often to pull. */
import { Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { Note } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import type { Rule } from "../api/imports";
import { missingFields, type Rules } from "../model/mapping";
import styles from "./data.module.css";
import own from "./database.module.css";

const EMPTY = "\u0000"; // No column can be named so; stands for "leave this field empty".
const SCHEDULES = [5, 15, 60, 1440];

interface DatabasePreviewProps {
  seen: Views["DatabaseTrial"];
  rules: Rules;
  onRules(rules: Rules): void;
  everyMinutes: number | null;
  onEvery(minutes: number | null): void;
}

export function DatabasePreview({ seen, rules, onRules, everyMinutes, onEvery }: DatabasePreviewProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (!seen.sentence) {
    return (
      <Note tone="decide" title={t("data.database.noRows")} role="status">
        <p>{t("data.database.noRowsHow")}</p>
      </Note>
    );
  }
  const used = seen.fields.filter((field) => field.rule !== null || field.required);
  const missing = missingFields(seen.fields, rules);
  return (
    <>
      <div role="status">
        <p>{format.say(seen.sentence)}</p>
        <p className={styles.quiet}>{t("data.database.tried", { count: seen.rows })}</p>
      </div>
      <Fields {...{ seen, rules, onRules }} fields={used} />
      <details>
        <summary>{t("data.database.moreFields")}</summary>
        <Fields {...{ seen, rules, onRules }} fields={seen.fields.filter((field) => !used.includes(field))} />
      </details>
      {missing.length > 0 ? (
        <p role="alert">
          {t("import.missing", { fields: missing.map((field) => format.say(field.name)).join(" · ") })}
        </p>
      ) : null}
      <PullEvery everyMinutes={everyMinutes} onEvery={onEvery} />
    </>
  );
}

/** How often to pull; an interval that was set elsewhere is kept among the choices. */
export function PullEvery({ everyMinutes, onEvery }: Pick<DatabasePreviewProps, "everyMinutes" | "onEvery">) {
  const { t } = useTranslation();
  const everyField = useId();
  const words = (minutes: number) =>
    minutes === 60
      ? t("data.database.hourly")
      : minutes === 1440
        ? t("data.database.daily")
        : t("data.database.minutes", { count: minutes });
  const choices = [...new Set([...SCHEDULES, ...(everyMinutes ? [everyMinutes] : [])])].sort((a, b) => a - b);
  return (
    <div>
      <label htmlFor={everyField}>{t("data.database.every")}</label>
      <Select
        id={everyField}
        className={own.wide ?? ""}
        value={everyMinutes ?? 0}
        onChange={(minutes: number) => onEvery(minutes === 0 ? null : minutes)}
        options={[
          { value: 0, label: t("data.database.byHand") },
          ...choices.map((minutes) => ({ value: minutes, label: words(minutes) })),
        ]}
      />
    </div>
  );
}

interface FieldsProps extends Pick<DatabasePreviewProps, "seen" | "rules" | "onRules"> {
  fields: Views["MappedField"][];
}

function Fields({ seen, rules, onRules, fields }: FieldsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ul className={own.preview} aria-label={t("import.mapping")}>
      {fields.map((field) => (
        <li key={field.field}>
          <span>{format.say(field.name)}</span>
          <Select
            aria-label={format.say(field.name)}
            showSearch
            value={columnOf(rules[field.field] ?? null, seen.names)}
            onChange={(value: string) => onRules({ ...rules, [field.field]: value === EMPTY ? null : value })}
            options={[
              { value: EMPTY, label: t("import.leaveEmpty") },
              ...seen.names.map((column) => ({ value: column, label: column })),
            ]}
          />
          <span className={styles.under}>{field.examples.join(" · ")}</span>
        </li>
      ))}
    </ul>
  );
}

/** A rule that is more than one column is shown as it is written. */
function columnOf(rule: Rule, columns: string[]): string {
  if (rule === null) return EMPTY;
  return typeof rule === "string" && columns.includes(rule) ? rule : JSON.stringify(rule);
}
