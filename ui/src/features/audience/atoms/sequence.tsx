/** One event and then another, soon enough, perhaps without a third between them. */
import { InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { useFormat } from "@/shared/words/use-format";
import { filtersOf } from "../model/filter";
import type { AtomKind, EditProps, Words } from "./atom";
import { Filters } from "./filters";

type Sequence = Views["SequenceAtom"];
type Step = Sequence["sequence"][number];

const HOURS_A_DAY = 24;
const NOBODY = "";

export function newSequence(words: Words): Sequence {
  const known = words.vocabulary.events.map((each) => each.id);
  const first = known.includes("Product Added") ? "Product Added" : (known[0] ?? "Product Added");
  return {
    sequence: [{ event: first }, { event: "Order Completed" }],
    within_days: 30,
    gap_days: 1,
  };
}

export const sequence: AtomKind<Sequence> = { kind: "sequence", Edit: EditSequence };

function EditSequence({ atom, words, onChange }: EditProps<Sequence>) {
  const { t } = useTranslation();
  const [first = { event: "" }, then = { event: "" }] = atom.sequence;
  const { without, ...rest } = atom;
  const hours = atom.gap_days < 1 || !Number.isInteger(atom.gap_days);
  const gap = hours ? Math.round(atom.gap_days * HOURS_A_DAY * 100) / 100 : atom.gap_days;
  const setGap = (value: number, inHours: boolean) =>
    onChange({ ...atom, gap_days: inHours ? value / HOURS_A_DAY : value });
  return (
    <>
      <span>{t("audience.withinLast")}</span>
      <InputNumber<number>
        aria-label={t("audience.days")}
        min={0.01}
        value={atom.within_days}
        onChange={(days) => onChange({ ...atom, within_days: days ?? 1 })}
      />
      <span>{t("audience.unit.days")}</span>
      <StepEditor
        label={t("audience.firstStep")}
        step={first}
        words={words}
        onChange={(step) => onChange({ ...atom, sequence: [step, then] })}
      />
      <span>{t("audience.thenWithin")}</span>
      <InputNumber<number>
        aria-label={t("audience.gap")}
        min={0.01}
        value={gap}
        onChange={(value) => setGap(value ?? 1, hours)}
      />
      <Select
        aria-label={t("audience.gapUnit")}
        value={hours ? "hours" : "days"}
        onChange={(unit) => setGap(unit === "hours" ? 12 : 1, unit === "hours")}
        options={[
          { value: "days", label: t("audience.unit.days") },
          { value: "hours", label: t("audience.unit.hours") },
        ]}
      />
      <StepEditor
        label={t("audience.secondStep")}
        step={then}
        words={words}
        onChange={(step) => onChange({ ...atom, sequence: [first, step] })}
      />
      <span>{t("audience.without")}</span>
      <EventSelect
        label={t("audience.without")}
        words={words}
        value={without?.event ?? NOBODY}
        none={t("audience.withoutNothing")}
        onChange={(event) => onChange(event === NOBODY ? rest : { ...rest, without: { event } })}
      />
    </>
  );
}

interface StepProps {
  label: string;
  step: Step;
  words: Words;
  onChange(step: Step): void;
}

function StepEditor({ label, step, words, onChange }: StepProps) {
  const filters = filtersOf(step.where) ?? [];
  return (
    <>
      <EventSelect label={label} words={words} value={step.event} onChange={(event) => onChange({ event })} />
      <Filters
        filters={filters}
        words={words}
        onChange={(next) =>
          onChange(
            next.length > 0
              ? { event: step.event, where: next.map((each) => ({ ...each })) }
              : { event: step.event },
          )
        }
      />
    </>
  );
}

interface EventSelectProps {
  label: string;
  words: Words;
  value: string;
  none?: string;
  onChange(event: string): void;
}

function EventSelect({ label, words, value, none, onChange }: EventSelectProps) {
  const format = useFormat();
  const options = words.vocabulary.events.map((each) => ({ value: each.id, label: format.say(each.name) }));
  const known = value === NOBODY || options.some((each) => each.value === value);
  return (
    <Select
      aria-label={label}
      popupMatchSelectWidth={false}
      showSearch={{ optionFilterProp: "label" }}
      value={value}
      onChange={onChange}
      options={[
        ...(none === undefined ? [] : [{ value: NOBODY, label: none }]),
        ...options,
        ...(known ? [] : [{ value, label: value }]),
      ]}
    />
  );
}
