/** One of the things that have names: a channel, a content, an audience; of a content its words are shown below. */
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import { type NamedKind, useEditor } from "../editor";
import type { Field } from "../model/field";
import styles from "./drawer.module.css";

interface PickProps {
  id: string;
  field: Field;
  kind: NamedKind;
  value: unknown;
  onChange(value: unknown): void;
}

export function Pick({ id, field, kind, value, onChange }: PickProps) {
  const { t } = useTranslation();
  const { parts } = useEditor();
  const options = [...parts.named[kind]];
  const missing = value && !options.some((each) => each.value === value);
  return (
    <>
      <Select
        id={id}
        showSearch={{ optionFilterProp: "label" }}
        placeholder={t("step.choose")}
        allowClear={field.optional === true}
        status={value || field.optional ? "" : "warning"}
        value={value || null}
        onChange={(next) => onChange(next ?? "")}
        options={missing ? [...options, { value, label: String(value) }] : options}
      />
      {kind === "content" && value ? (
        <blockquote className={styles.words} aria-label={t("step.preview")}>
          {parts.named.text(String(value)) ?? t("step.noPreview")}
        </blockquote>
      ) : null}
    </>
  );
}
