/** One condition of a tile: a field, is or is not, and values that the data have. */
import { CloseOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Select } from "antd";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/words/use-format";
import { answerOptions, type Only, type Tile } from "../api/dashboards";
import styles from "./builder.module.css";

interface FilterLineProps {
  tile: Tile;
  only: Only;
  name: string;
  onChange(only: Only): void;
  onRemove(): void;
}

export function FilterLine({ tile, only, name, onChange, onRemove }: FilterLineProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const seen = useQuery({
    ...answerOptions({ ...tile, chart: "table", by: only.field, only: [], grain: null }),
    refetchInterval: false,
  });
  const options = (seen.data?.groups ?? [])
    .filter(({ other }) => !other)
    .map(({ value, name: said }) => ({ value, label: format.say(said) }));
  return (
    <div className={styles.filter}>
      <span>{name}</span>
      <Select
        aria-label={t("board.isOrNot", { name })}
        value={only.unless ?? false}
        options={[
          { value: false, label: t("board.is") },
          { value: true, label: t("board.isNot") },
        ]}
        onChange={(unless: boolean) => onChange({ ...only, unless })}
      />
      <Select
        className={styles.values ?? ""}
        mode="tags"
        aria-label={t("board.values", { name })}
        placeholder={t("board.valuesHow")}
        value={only.values}
        options={options}
        maxCount={50}
        onChange={(values: string[]) => onChange({ ...only, values })}
      />
      <Button
        type="text"
        icon={<CloseOutlined />}
        aria-label={t("board.removeFilter", { name })}
        onClick={onRemove}
      />
    </div>
  );
}
