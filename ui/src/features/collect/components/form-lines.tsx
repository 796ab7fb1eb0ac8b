/** The fields and consents of a hosted form, a line each. */
import { DeleteOutlined } from "@ant-design/icons";
import { Button, Checkbox, Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import { type ConsentLine, type FieldLine, fieldTypes } from "../model/form";
import styles from "./data.module.css";

interface LinesProps<Line> {
  lines: Line[];
  onChange(lines: Line[]): void;
}

const nextId = (lines: { id: number }[]) => Math.max(0, ...lines.map((line) => line.id)) + 1;

export function FieldLines({ lines, onChange }: LinesProps<FieldLine>) {
  const { t } = useTranslation();
  const change = (id: number, changed: Partial<FieldLine>) =>
    onChange(lines.map((line) => (line.id === id ? { ...line, ...changed } : line)));
  return (
    <div className={styles.lines}>
      {lines.map((line) => (
        <div key={line.id} className={styles.entry}>
          <div className={styles.line}>
            <Input
              aria-label={t("data.fieldLabel")}
              placeholder={t("data.fieldLabel")}
              value={line.label}
              onChange={(event) => change(line.id, { label: event.target.value })}
            />
            <Input
              aria-label={t("data.fieldName")}
              placeholder={t("data.fieldName")}
              value={line.name}
              onChange={(event) => change(line.id, { name: event.target.value })}
            />
            <Select
              aria-label={t("data.fieldType")}
              value={line.type}
              onChange={(type) => change(line.id, { type })}
              options={fieldTypes.map((value) => ({ value, label: t(`data.answer.${value}`) }))}
            />
            <Button
              aria-label={t("data.removeLine")}
              icon={<DeleteOutlined />}
              onClick={() => onChange(lines.filter((each) => each.id !== line.id))}
            />
          </div>
          {line.type === "choice" ? (
            <Select
              aria-label={t("data.choices")}
              placeholder={t("data.choices")}
              mode="tags"
              value={line.choices}
              onChange={(choices) => change(line.id, { choices })}
            />
          ) : null}
          <Checkbox
            checked={line.required}
            onChange={({ target }) => change(line.id, { required: target.checked })}
          >
            {t("data.must")}
          </Checkbox>
        </div>
      ))}
      <div className={styles.buttons}>
        <Button
          onClick={() =>
            onChange([
              ...lines,
              { id: nextId(lines), name: "", label: "", type: "text", required: false, choices: [] },
            ])
          }
        >
          {t("data.addField")}
        </Button>
      </div>
    </div>
  );
}

export function ConsentLines({ lines, onChange }: LinesProps<ConsentLine>) {
  const { t } = useTranslation();
  const change = (id: number, changed: Partial<ConsentLine>) =>
    onChange(lines.map((line) => (line.id === id ? { ...line, ...changed } : line)));
  return (
    <div className={styles.lines}>
      {lines.map((line) => (
        <div key={line.id} className={styles.line}>
          <Input
            aria-label={t("data.consentText")}
            placeholder={t("data.consentText")}
            value={line.text}
            onChange={(event) => change(line.id, { text: event.target.value })}
          />
          <Input
            aria-label={t("data.consentChannel")}
            placeholder={t("data.consentChannel")}
            value={line.channel}
            onChange={(event) => change(line.id, { channel: event.target.value })}
          />
          <Input
            aria-label={t("data.textVersion")}
            placeholder={t("data.textVersion")}
            value={line.text_version}
            onChange={(event) => change(line.id, { text_version: event.target.value })}
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
          onClick={() =>
            onChange([
              ...lines,
              { id: nextId(lines), channel: "sms", text: "", text_version: "1", required: false },
            ])
          }
        >
          {t("data.addConsent")}
        </Button>
      </div>
    </div>
  );
}
