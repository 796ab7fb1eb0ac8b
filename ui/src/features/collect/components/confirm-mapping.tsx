/** Where each field comes from, as guessed; what is wrong is changed, what is open is asked. */
import { useMutation } from "@tanstack/react-query";
import { Button, Radio, Select } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Note } from "@/shared/parts/note";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { type Import, type Kind, type Rule, startImport } from "../api/imports";
import { defaultAnswers, isAnswered, missingFields } from "../model/mapping";
import styles from "./import.module.css";

const KINDS: Kind[] = ["orders", "customers", "items", "events", "consents", "exposures", "spend"];
const EMPTY = "\u0000"; // No column can be named so; stands for "leave this field empty".

interface ConfirmMappingProps {
  proposed: Import;
  onKind(kind: Kind): void;
  onStarted(started: Import): void;
}

export function ConfirmMapping({ proposed, onKind, onStarted }: ConfirmMappingProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const kindField = useId();
  const [rules, setRules] = useState<Record<string, Rule>>(() =>
    Object.fromEntries(proposed.fields.map((field) => [field.field, field.rule])),
  );
  const [answers, setAnswers] = useState<Record<string, string>>(() => defaultAnswers(proposed.questions));
  const start = useMutation({
    mutationFn: () => startImport(proposed.import_id, { kind: proposed.kind, fields: rules, answers }),
    onSuccess: onStarted,
  });
  const missing = missingFields(proposed.fields, rules);
  const ready = missing.length === 0 && isAnswered(proposed.questions, answers);
  return (
    <div className={styles.step}>
      <p className={styles.lead}>{format.say(proposed.sentence)}</p>
      <div className={styles.kind}>
        <label htmlFor={kindField}>{t("import.kindIs")}</label>
        <Select<Kind>
          id={kindField}
          value={proposed.kind}
          onChange={onKind}
          options={KINDS.map((kind) => ({ value: kind, label: t(`import.kind.${kind}`) }))}
        />
      </div>
      {proposed.questions.map((question) => (
        <Note key={question.id} tone="decide" title={format.say(question.text)}>
          <Radio.Group
            aria-label={format.say(question.text)}
            value={answers[question.id] ?? null}
            onChange={(event) => setAnswers({ ...answers, [question.id]: String(event.target.value) })}
            options={question.choices.map((choice) => ({
              value: choice.value,
              label: format.say(choice.label),
            }))}
          />
        </Note>
      ))}
      <div className={styles.scroll}>
        <table className={styles.mapping}>
          <caption className="only-read">{t("import.mapping")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("import.field")}</th>
              <th scope="col">{t("import.column")}</th>
              <th scope="col">{t("import.examples")}</th>
            </tr>
          </thead>
          <tbody>
            {proposed.fields.map((field) => (
              <tr key={field.field}>
                <th scope="row">
                  {format.say(field.name)}
                  {field.required ? <span className={styles.required}>{t("import.required")}</span> : null}
                </th>
                <td>
                  <ColumnSelect
                    name={format.say(field.name)}
                    rule={rules[field.field] ?? null}
                    columns={proposed.columns}
                    described={field.described ? format.say(field.described) : null}
                    onChange={(rule) => setRules({ ...rules, [field.field]: rule })}
                  />
                </td>
                <td className={styles.examples}>
                  {rules[field.field] === field.rule ? field.examples.join(" · ") : "—"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {start.isError ? <ErrorNote error={start.error} /> : null}
      <div className={styles.footer}>
        <span className={styles.quiet}>
          {missing.length > 0
            ? t("import.missing", { fields: missing.map((field) => format.say(field.name)).join(" · ") })
            : t("import.rows", { rows: format.people(proposed.rows_estimate) })}
        </span>
        <Button type="primary" disabled={!ready} loading={start.isPending} onClick={() => start.mutate()}>
          {t("import.start")}
        </Button>
      </div>
    </div>
  );
}

interface ColumnSelectProps {
  name: string;
  rule: Rule;
  columns: string[];
  described: string | null;
  onChange(rule: Rule): void;
}

/** A rule that is more than one column is shown in words and kept unless another choice is made. */
function ColumnSelect({ name, rule, columns, described, onChange }: ColumnSelectProps) {
  const { t } = useTranslation();
  const composed = rule !== null && (typeof rule !== "string" || !columns.includes(rule));
  const [kept] = useState(composed ? rule : null);
  const RULE = "\u0001";
  return (
    <Select
      aria-label={name}
      className={styles.column ?? ""}
      showSearch
      value={composed ? RULE : (rule ?? EMPTY)}
      onChange={(value: unknown) => onChange(value === EMPTY ? null : value === RULE ? kept : String(value))}
      options={[
        ...(kept === null ? [] : [{ value: RULE, label: described ?? JSON.stringify(kept) }]),
        { value: EMPTY, label: t("import.leaveEmpty") },
        ...columns.map((column) => ({ value: column, label: column })),
      ]}
    />
  );
}
