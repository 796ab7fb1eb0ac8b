/** What every question is asked with: days, an event, and by what people are told apart. */
import { useQuery } from "@tanstack/react-query";
import { Input, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/words/use-format";
import { groupingsOptions, type Vocabulary } from "../api/results";
import { type Grouping, groupingOf, groupingSaid } from "../model/asked";
import styles from "./results.module.css";

interface Days {
  from: string | null;
  to: string | null;
}

interface DayFieldsProps {
  days: Days;
  /** What happened in these days, where that is not plain. */
  label?: string;
  onChange(days: { from: string | null; to: string | null }): void;
}

export function DayFields({ days, label, onChange }: DayFieldsProps) {
  const { t } = useTranslation();
  const first = useId();
  const last = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={first}>{label ?? t("results.days")}</label>
      <span className={styles.days}>
        <Input
          id={first}
          type="date"
          value={days.from ?? ""}
          onChange={(event) => onChange({ ...days, from: event.target.value || null })}
        />
        <label htmlFor={last} className="only-read">
          {t("results.lastDay")}
        </label>
        <span aria-hidden="true">–</span>
        <Input
          id={last}
          type="date"
          value={days.to ?? ""}
          onChange={(event) => onChange({ ...days, to: event.target.value || null })}
        />
      </span>
    </div>
  );
}

interface EventSelectProps {
  vocabulary: Vocabulary;
  value: string;
  label: string;
  onChange(event: string): void;
}

export function EventSelect({ vocabulary, value, label, onChange }: EventSelectProps) {
  const format = useFormat();
  const options = vocabulary.events.map((each) => ({ value: each.event, label: format.say(each.name) }));
  return (
    <Select
      aria-label={label}
      showSearch={{ optionFilterProp: "label" }}
      popupMatchSelectWidth={false}
      className={styles.event ?? ""}
      value={value}
      onChange={onChange}
      options={options}
    />
  );
}

interface EventFieldProps {
  vocabulary: Vocabulary;
  label: string;
  value: string;
  onChange(event: string): void;
}

export function EventField({ vocabulary, label, value, onChange }: EventFieldProps) {
  return (
    <div className={styles.field}>
      <span>{label}</span>
      <EventSelect vocabulary={vocabulary} label={label} value={value} onChange={onChange} />
    </div>
  );
}

interface GroupSelectProps {
  grouping: Grouping | null;
  /** Whether something begins that a touch may have come before. */
  touched?: boolean;
  onChange(grouping: Grouping | null): void;
}

export function GroupSelect({ grouping, touched = false, onChange }: GroupSelectProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const field = useId();
  const { data } = useQuery(groupingsOptions());
  const options = [
    { value: "", label: t("results.noGroup") },
    { value: "channel", label: t("results.byChannel") },
    ...(touched ? [{ value: "last_touch", label: t("results.byLastTouch") }] : []),
    {
      label: t("results.byTrait"),
      options: (data?.traits ?? [])
        .filter((trait) => trait.type === "text")
        .map((trait) => ({ value: `trait:${trait.id}`, label: format.say(trait.name) })),
    },
    {
      label: t("results.byAudience"),
      options: (data?.audiences ?? []).map((each) => ({
        value: `audience:${each.audience_id}`,
        label: each.name,
      })),
    },
  ];
  return (
    <div className={styles.field}>
      <label htmlFor={field}>{t("results.group")}</label>
      <Select
        id={field}
        showSearch={{ optionFilterProp: "label" }}
        popupMatchSelectWidth={false}
        className={styles.group ?? ""}
        value={groupingSaid(grouping)}
        onChange={(said: string) => onChange(groupingOf(said))}
        options={options}
      />
    </div>
  );
}
