/** A few ways to ask, side by side under their name. */
import { InputNumber, Segmented } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import styles from "./results.module.css";

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: { value: T; label: string }[];
  onChange(value: T): void;
}

export function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <div className={styles.field}>
      <span>{label}</span>
      <Segmented<T> aria-label={label} value={value} onChange={onChange} options={options} />
    </div>
  );
}

interface DaysNumberProps {
  label: string;
  days: number;
  most: number;
  onChange(days: number): void;
}

export function DaysNumber({ label, days, most, onChange }: DaysNumberProps) {
  const { t } = useTranslation();
  const field = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={field}>{label}</label>
      <InputNumber
        id={field}
        min={1}
        max={most}
        value={days}
        suffix={t("results.daysUnit")}
        onChange={(chosen) => onChange(chosen ?? days)}
      />
    </div>
  );
}
