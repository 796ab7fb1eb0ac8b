/** Tests of the properties of an event: a line each, all of which must pass. Lines that lack something are not written. */
import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { AutoComplete, Button, Input, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useEditor } from "../editor";
import { COMPARISONS, FRESH, filtersOf, isWhole, type Test, testsOf } from "../model/filters";
import styles from "./filters.module.css";

interface FiltersProps {
  filters: unknown;
  onChange(filters: Record<string, unknown>[]): void;
}

export function Filters({ filters, onChange }: FiltersProps) {
  const { t } = useTranslation();
  const { parts } = useEditor();
  const [tests, setTests] = useState(() => testsOf(filters));
  const write = (next: Test[]) => {
    setTests(next);
    onChange(filtersOf(next.filter(isWhole)));
  };
  const replace = (at: number, test: Test) => write(tests.map((each, place) => (place === at ? test : each)));
  return (
    <>
      <ul className={styles.tests}>
        {tests.map((test, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: its property is what is being written.
          <li key={at}>
            <AutoComplete
              aria-label={t("step.property")}
              placeholder={t("step.property")}
              value={test.property}
              options={[...parts.named.property]}
              showSearch={{ filterOption: (typed, option) => matches(typed, option) }}
              onChange={(property: string) => replace(at, { ...test, property })}
            />
            <Button
              type="text"
              icon={<CloseOutlined />}
              aria-label={t("step.removeFilter")}
              onClick={() => write(tests.filter((_, place) => place !== at))}
            />
            <Select
              aria-label={t("step.comparison")}
              value={test.by}
              onChange={(by) => replace(at, { ...test, by })}
              options={COMPARISONS.map((by) => ({ value: by, label: t(`step.comparisons.${by}`) }))}
            />
            <Input
              aria-label={t("step.value")}
              placeholder={test.by === "in" || test.by === "contains" ? t("step.several") : t("step.value")}
              status={test.value !== "" && test.property !== "" && !isWhole(test) ? "warning" : ""}
              value={test.value}
              onChange={(event) => replace(at, { ...test, value: event.target.value })}
            />
          </li>
        ))}
      </ul>
      <div>
        <Button size="small" icon={<PlusOutlined />} onClick={() => setTests([...tests, FRESH])}>
          {t("step.addFilter")}
        </Button>
      </div>
    </>
  );
}

function matches(typed: string, option: { value?: unknown; label?: unknown } | undefined): boolean {
  const words = typed.toLowerCase();
  return [option?.value, option?.label].some((each) => String(each).toLowerCase().includes(words));
}
