/** Which events count: filters on their properties, the lines of an order included. */
import { CloseOutlined, FilterOutlined } from "@ant-design/icons";
import { Button, InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/words/use-format";
import { type Filter, type FilterKind, filterKind, filterOf, filterValues } from "../model/filter";
import type { Words } from "./atom";
import styles from "./atoms.module.css";
import { GoodsSelect } from "./goods-select";

const KINDS: FilterKind[] = ["in", "contains", "gte", "lte"];

interface FiltersProps {
  filters: Filter[];
  words: Words;
  onChange(filters: Filter[]): void;
}

export function Filters({ filters, words, onChange }: FiltersProps) {
  const { t } = useTranslation();
  const first = words.vocabulary.properties[0]?.id ?? "products.category";
  return (
    <>
      {filters.map((filter, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a filter has no other name than its place.
        <span className={styles.filter} key={at}>
          <EditFilter
            filter={filter}
            words={words}
            onChange={(next) => onChange(filters.map((each, index) => (index === at ? next : each)))}
          />
          <Button
            type="text"
            size="small"
            icon={<CloseOutlined />}
            aria-label={t("audience.removeFilter")}
            onClick={() => onChange(filters.filter((_, index) => index !== at))}
          />
        </span>
      ))}
      <Button
        type="text"
        size="small"
        icon={<FilterOutlined />}
        onClick={() => onChange([...filters, filterOf(first, "in", [])])}
      >
        {t("audience.addFilter")}
      </Button>
    </>
  );
}

function EditFilter({
  filter,
  words,
  onChange,
}: {
  filter: Filter;
  words: Words;
  onChange(filter: Filter): void;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const kind = filterKind(filter);
  const values = filterValues(filter);
  const property = words.vocabulary.properties.find((each) => each.id === filter.property);
  const options = words.vocabulary.properties.map((each) => ({
    value: each.id,
    label: format.say(each.name),
  }));
  const known = options.some((each) => each.value === filter.property);
  return (
    <>
      <Select
        aria-label={t("audience.property")}
        popupMatchSelectWidth={false}
        value={filter.property}
        onChange={(id: string) => onChange(filterOf(id, kind, values))}
        options={known ? options : [...options, { value: filter.property, label: filter.property }]}
      />
      <Select
        aria-label={t("audience.filterKind")}
        popupMatchSelectWidth={false}
        value={kind}
        onChange={(chosen: FilterKind) => onChange(filterOf(filter.property, chosen, values))}
        options={KINDS.map((each) => ({ value: each, label: t(`audience.filterKinds.${each}`) }))}
      />
      {kind === "gte" || kind === "lte" ? (
        <InputNumber<number>
          aria-label={t("audience.value")}
          className={styles.number ?? ""}
          value={Number(values[0] ?? 0)}
          onChange={(value) => onChange(filterOf(filter.property, kind, [value ?? 0]))}
        />
      ) : property?.of_items && kind === "in" ? (
        <GoodsSelect
          property={property}
          values={values.map(String)}
          onChange={(chosen) => onChange(filterOf(filter.property, kind, chosen))}
        />
      ) : (
        <Select
          aria-label={t("audience.value")}
          mode="tags"
          className={styles.values ?? ""}
          status={values.length === 0 ? "warning" : ""}
          placeholder={t("audience.typeValue")}
          value={values.map(String)}
          onChange={(chosen: string[]) => onChange(filterOf(filter.property, kind, chosen))}
          options={(property?.values ?? []).map((value) => {
            const name = property?.value_names?.[value];
            return { value, label: name ? format.say(name) : value, title: value };
          })}
          optionFilterProp="label"
        />
      )}
    </>
  );
}
