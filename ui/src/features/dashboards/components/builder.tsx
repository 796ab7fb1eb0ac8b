/** Builds one tile: drag what is counted and by what onto their places, or click; the tile beside shows it at once. */
import { Button, Input, Segmented, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/words/use-format";
import type { Field, Tile, Vocabulary } from "../api/dashboards";
import { datasetOf, fieldName, fitting, measureName, ofDataset, sameField } from "../model/tile";
import styles from "./builder.module.css";
import { FilterLine } from "./filter-line";
import { Chip, Chosen, Slot } from "./slot";

const DAYS = [7, 30, 90, 180, 365, 0];
const GRAINS = ["hour", "day", "week", "month"] as const;
const DAYS_MAX = { hour: 14, day: 400, week: 2_000, month: 3_660 };

interface BuilderProps {
  tile: Tile;
  words: Vocabulary;
  onChange(tile: Tile): void;
  onRemove(): void;
}

export function Builder({ tile, words, onChange, onRemove }: BuilderProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const title = useId();
  const dataset = datasetOf(words, tile);
  const measure = dataset?.measures.find(({ id }) => id === tile.measure);
  const properties = (dataset?.fields ?? []).filter(({ field }) => field.kind === "property");
  const change = (changed: Partial<Tile>) => {
    const next = fitting({ ...tile, ...changed });
    const most = next.grain ? DAYS_MAX[next.grain] : 0;
    onChange(most && (next.days === 0 || next.days > most) ? { ...next, days: most } : next);
  };
  const count = (id: string) => {
    const takes = dataset?.measures.find((each) => each.id === id)?.takes_property;
    change({ measure: id, property: takes ? tile.property || (properties[0]?.field.name ?? "") : "" });
  };
  const filterBy = (field: Field) => {
    if (!tile.only.some((each) => sameField(each.field, field)))
      onChange({ ...tile, only: [...tile.only, { field, values: [], unless: false }] });
  };
  return (
    <div className={styles.builder}>
      <div className={styles.field}>
        <span>{t("board.dataset")}</span>
        <Segmented
          aria-label={t("board.dataset")}
          value={tile.dataset}
          options={words.datasets.map((each) => ({ value: each.id, label: format.say(each.name) }))}
          onChange={(id) => {
            const next = words.datasets.find((each) => each.id === id);
            if (next) onChange(fitting(ofDataset(tile, next)));
          }}
        />
      </div>
      <div className={styles.field}>
        <span>{t("board.canCount")}</span>
        <div className={styles.chips}>
          {dataset?.measures.map((each) => (
            <Chip
              key={each.id}
              what={{ measure: each.id }}
              name={format.say(each.name)}
              onChoose={() => count(each.id)}
            />
          ))}
        </div>
      </div>
      {dataset && dataset.fields.length > 0 ? (
        <div className={styles.field}>
          <span>{t("board.canGroup")}</span>
          <div className={styles.chips}>
            {dataset.fields.map(({ field, name }) => (
              <Chip
                key={`${field.kind}/${field.name}`}
                what={{ field }}
                name={format.say(name)}
                onChoose={() => change({ by: field })}
              />
            ))}
          </div>
        </div>
      ) : null}
      <Slot
        label={t("board.counts")}
        empty=""
        onDrop={(what) => ("measure" in what ? count(what.measure) : undefined)}
      >
        <Chosen name={measureName(dataset, tile, format)} remove="" />
        {measure?.takes_property ? (
          <Select
            aria-label={t("board.property")}
            value={tile.property}
            options={properties.map(({ field, name }) => ({ value: field.name, label: format.say(name) }))}
            onChange={(property: string) => change({ property })}
          />
        ) : null}
      </Slot>
      <Slot
        label={t("board.groups")}
        empty={t("board.dropField")}
        onDrop={(what) => ("field" in what ? change({ by: what.field }) : undefined)}
      >
        {tile.by ? (
          <Chosen
            name={fieldName(dataset, tile.by, format)}
            remove={t("board.ungroup")}
            onRemove={() => change({ by: null })}
          />
        ) : null}
      </Slot>
      <Slot
        label={t("board.filters")}
        empty=""
        onDrop={(what) => ("field" in what ? filterBy(what.field) : undefined)}
      >
        {tile.only.map((only, place) => (
          <FilterLine
            key={`${only.field.kind}/${only.field.name}`}
            tile={tile}
            only={only}
            name={fieldName(dataset, only.field, format)}
            onChange={(changed) =>
              onChange({ ...tile, only: tile.only.map((each, at) => (at === place ? changed : each)) })
            }
            onRemove={() => onChange({ ...tile, only: tile.only.filter((_, at) => at !== place) })}
          />
        ))}
        <Select
          aria-label={t("board.addFilter")}
          placeholder={t("board.addFilter")}
          value={null}
          options={(dataset?.fields ?? []).map(({ field, name }) => ({
            value: `${field.kind}/${field.name}`,
            label: format.say(name),
          }))}
          onChange={(key: string | null) => {
            const found = dataset?.fields.find(({ field }) => `${field.kind}/${field.name}` === key);
            if (found) filterBy(found.field);
          }}
        />
      </Slot>
      <div className={styles.field}>
        <span>{t("board.time")}</span>
        <div className={styles.row}>
          <Select
            aria-label={t("board.days")}
            value={tile.days}
            options={[...new Set([...DAYS, tile.days])].map((days) => ({
              value: days,
              label: days === 0 ? t("board.allTime") : t("board.lastDays", { count: days }),
            }))}
            onChange={(days: number) => change({ days })}
          />
          <Select
            aria-label={t("board.grain")}
            value={tile.grain ?? ""}
            options={[
              { value: "", label: t("board.noGrain") },
              ...GRAINS.map((grain) => ({ value: grain, label: t(`board.by.${grain}`) })),
            ]}
            onChange={(grain: string) => change({ grain: GRAINS.find((each) => each === grain) ?? null })}
          />
        </div>
      </div>
      <div className={styles.field}>
        <span>{t("board.chart")}</span>
        <Segmented
          aria-label={t("board.chart")}
          value={tile.chart}
          options={(["number", "bars", "line", "table"] as const).map((chart) => ({
            value: chart,
            label: t(`board.charts.${chart}`),
            disabled: fitting({ ...tile, chart }).chart !== chart,
          }))}
          onChange={(chart) => onChange(fitting({ ...tile, chart }))}
        />
      </div>
      <div className={styles.field}>
        <label htmlFor={title}>{t("board.tileTitle")}</label>
        <Input
          id={title}
          value={tile.title}
          maxLength={80}
          placeholder={measureName(dataset, tile, format)}
          onChange={(event) => onChange({ ...tile, title: event.target.value })}
        />
      </div>
      <Button danger onClick={onRemove}>
        {t("board.removeTile")}
      </Button>
    </div>
  );
}
