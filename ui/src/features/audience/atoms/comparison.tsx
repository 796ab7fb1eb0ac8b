/** A comparison with one number, or with two: shared by everything that is counted or measured. */
import { InputNumber, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { BOUNDS, boundOf, highOf, lowOf, type Range, rangeOf } from "../model/range";
import styles from "./atoms.module.css";

interface ComparisonProps {
  range: Range;
  onChange(range: Range): void;
  /** What is kept for 1 of what is shown: 100 where yuan are kept in fen. */
  scale?: number;
  prefix?: ReactNode;
  unit?: string;
  label: string;
}

export function Comparison({ range, onChange, scale = 1, prefix, unit, label }: ComparisonProps) {
  const { t } = useTranslation();
  const bound = boundOf(range) ?? "gte";
  const low = lowOf(range);
  const high = highOf(range);
  const field = (name: string, value: number, change: (value: number) => Range) => (
    <InputNumber<number>
      aria-label={name}
      className={styles.number ?? ""}
      {...(prefix ? { prefix } : {})}
      value={value / scale}
      onChange={(next) => onChange(change(Math.round((next ?? 0) * scale * 1e6) / 1e6))}
    />
  );
  return (
    <>
      <Select
        aria-label={t("audience.bound")}
        popupMatchSelectWidth={false}
        value={bound}
        onChange={(chosen) => onChange(rangeOf(chosen, low, Math.max(high, low)))}
        options={BOUNDS.map((each) => ({ value: each, label: t(`audience.bounds.${each}`) }))}
      />
      {field(label, low, (value) => rangeOf(bound, value, Math.max(high, value)))}
      {bound === "between" ? (
        <>
          <span aria-hidden="true">–</span>
          {field(t("audience.to"), high, (value) => rangeOf(bound, low, value))}
        </>
      ) : null}
      {unit ? <span>{unit}</span> : null}
    </>
  );
}
