/** What is changed before records are read again: texts into numbers, values, names of events, what is left out. */
import { DeleteOutlined } from "@ant-design/icons";
import { Button, Input, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Group } from "../api/quarantine";
import { type Draft, pathsOf, type ValueLine } from "../model/mending";
import styles from "./data.module.css";

interface MendingFormProps {
  group: Group;
  draft: Draft;
  onChange(draft: Draft): void;
}

export function MendingForm({ group, draft, onChange }: MendingFormProps) {
  const { t } = useTranslation();
  const numbers = useId();
  const leave = useId();
  const paths = pathsOf(group).map((path) => ({ value: path, label: path }));
  return (
    <div className={styles.form}>
      <div>
        <label htmlFor={numbers}>{t("data.asNumbers")}</label>
        <Select
          id={numbers}
          mode="tags"
          style={{ width: "100%" }}
          value={draft.asNumbers}
          options={paths}
          onChange={(asNumbers) => onChange({ ...draft, asNumbers })}
        />
      </div>
      <div>
        <label htmlFor={leave}>{t("data.leaveOut")}</label>
        <Select
          id={leave}
          mode="tags"
          style={{ width: "100%" }}
          value={draft.without}
          options={paths}
          onChange={(left) => onChange({ ...draft, without: left })}
        />
      </div>
      <Lines
        title={t("data.valueMap")}
        add={t("data.addValue")}
        lines={draft.values}
        path={paths[0]?.value ?? "properties."}
        onChange={(values) => onChange({ ...draft, values })}
      />
      <Lines
        title={t("data.eventMap")}
        add={t("data.addEvent")}
        lines={draft.events}
        path={null}
        onChange={(events) => onChange({ ...draft, events })}
      />
    </div>
  );
}

interface LinesProps {
  title: string;
  add: string;
  lines: ValueLine[];
  /** The path of a new line; null where lines have none. */
  path: string | null;
  onChange(lines: ValueLine[]): void;
}

function Lines({ title, add, lines, path, onChange }: LinesProps) {
  const { t } = useTranslation();
  const next = Math.max(0, ...lines.map((line) => line.id)) + 1;
  const change = (id: number, changed: Partial<ValueLine>) =>
    onChange(lines.map((line) => (line.id === id ? { ...line, ...changed } : line)));
  return (
    <fieldset className={styles.lines}>
      <legend className={styles.quiet}>{title}</legend>
      {lines.map((line) => (
        <div key={line.id} className={`${styles.line} ${path === null ? styles.short : ""}`}>
          {path === null ? null : (
            <Input
              aria-label={t("data.path")}
              value={line.path}
              onChange={(event) => change(line.id, { path: event.target.value })}
            />
          )}
          <Input
            aria-label={t("data.from")}
            placeholder={t("data.from")}
            value={line.from}
            onChange={(event) => change(line.id, { from: event.target.value })}
          />
          <Input
            aria-label={t("data.to")}
            placeholder={t("data.to")}
            value={line.to}
            onChange={(event) => change(line.id, { to: event.target.value })}
          />
          <Button
            aria-label={t("data.removeLine")}
            icon={<DeleteOutlined />}
            onClick={() => onChange(lines.filter((each) => each.id !== line.id))}
          />
        </div>
      ))}
      <div className={styles.buttons}>
        <Button
          size="small"
          onClick={() => onChange([...lines, { id: next, path: path ?? "", from: "", to: "" }])}
        >
          {add}
        </Button>
      </div>
    </fieldset>
  );
}
