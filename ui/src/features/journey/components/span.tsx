/** A span of time as a count and its unit. */
import { InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import { UNITS, type Unit, unitOf } from "../model/span";
import styles from "./drawer.module.css";

export function Span({
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
