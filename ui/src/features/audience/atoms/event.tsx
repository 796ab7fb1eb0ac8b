/** An event: within which time, which of them count, and how often, how much or how long ago. */
import { InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { useFormat } from "@/shared/words/use-format";
import {
  type EventAtom,
  MEASURES,
  type Measure,
  measured,
  measureOf,
  needsLife,
  needsProperty,
  needsWindow,
  rangeOfEvent,
} from "../model/event";
import { filtersOf } from "../model/filter";
import type { AtomKind, EditProps, Words } from "./atom";
import styles from "./atoms.module.css";
import { Comparison } from "./comparison";
import { Filters } from "./filters";

const DAYS_MAX = 3650; // Ten years: longer than any lake keeps.
const WINDOW_DAYS = 30;

export function newEvent(id: string): EventAtom {
  return { event: id, within_days: WINDOW_DAYS, count: { gte: 1 } };
}

export const event: AtomKind<EventAtom> = { kind: "event", Edit: EditEvent };

function EditEvent({ atom, words, onChange }: EditProps<EventAtom>) {
  const { t } = useTranslation();
  const measure = measureOf(atom);
  const money = needsProperty(measure) && (atom.property === "revenue" || atom.property === "total");
  return (
    <>
      {needsLife(measure) ? null : (
        <Window
          days={atom.within_days ?? null}
          lifelong={!needsWindow(measure)}
          onChange={(days) => {
            const { within_days: _, ...rest } = atom;
            onChange(days === null ? rest : { ...rest, within_days: days });
          }}
        />
      )}
      <Select
        aria-label={t("audience.measure")}
        popupMatchSelectWidth={false}
        value={measure}
        onChange={(chosen: Measure) => onChange(measured(atom, chosen))}
        options={MEASURES.map((each) => ({ value: each, label: t(`audience.measures.${each}`) }))}
      />
      {needsProperty(measure) ? (
        <Property atom={atom} words={words} onChange={(property) => onChange({ ...atom, property })} />
      ) : null}
      <Comparison
        label={measure === "count" ? t("audience.times") : t("audience.value")}
        range={rangeOfEvent(atom)}
        onChange={(range) => onChange({ ...atom, [measure]: range })}
        {...(money ? { prefix: "¥" } : {})}
        {...(measure === "count" ? { unit: t("audience.unit.times") } : {})}
        {...(needsLife(measure) ? { unit: t("audience.unit.days") } : {})}
      />
      <Filters
        filters={filtersOf(atom.where) ?? []}
        words={words}
        onChange={(filters) => {
          const { where: _, ...rest } = atom;
          onChange(filters.length > 0 ? { ...rest, where: filters.map((each) => ({ ...each })) } : rest);
        }}
      />
    </>
  );
}

interface WindowProps {
  /** Null for the whole life. */
  days: number | null;
  lifelong: boolean;
  onChange(days: number | null): void;
}

function Window({ days, lifelong, onChange }: WindowProps) {
  const { t } = useTranslation();
  return (
    <>
      {lifelong ? (
        <Select
          aria-label={t("audience.window")}
          popupMatchSelectWidth={false}
          value={days === null ? "ever" : "last"}
          onChange={(chosen) => onChange(chosen === "ever" ? null : WINDOW_DAYS)}
          options={[
            { value: "last", label: t("audience.withinLast") },
            { value: "ever", label: t("audience.ever") },
          ]}
        />
      ) : (
        <span>{t("audience.withinLast")}</span>
      )}
      {days === null ? null : (
        <>
          <InputNumber<number>
            aria-label={t("audience.days")}
            min={0.01}
            max={DAYS_MAX}
            value={days}
            onChange={(value) => onChange(value ?? 1)}
          />
          <span>{t("audience.unit.days")}</span>
        </>
      )}
    </>
  );
}

interface PropertyProps {
  atom: EventAtom;
  words: Words;
  onChange(property: string): void;
}

function Property({ atom, words, onChange }: PropertyProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const named: Views["NamedWord"][] = words.vocabulary.properties.filter((each) => !each.id.includes("."));
  const options = named.map((each) => ({ value: each.id, label: format.say(each.name) }));
  const value = atom.property ?? "revenue";
  return (
    <Select
      aria-label={t("audience.property")}
      className={styles.property ?? ""}
      popupMatchSelectWidth={false}
      value={value}
      onChange={onChange}
      options={options.some((each) => each.value === value) ? options : [...options, { value, label: value }]}
    />
  );
}
