/** What holds for the whole journey: its name, who enters, its goal, who may come back, who is left alone. */
import { Input, InputNumber, Radio, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { useEditor } from "../editor";
import type { Field } from "../model/field";
import { TRIGGERS, triggerOf } from "../model/triggers";
import styles from "./drawer.module.css";
import { FieldRow } from "./fields";
import { RunningForm } from "./running-form";

const NAME_CHARACTERS_MAX = 80;
/** Numbers that hold for everybody; `none` is said where the field is emptied. */
const LIMITS: readonly (Field & { none: number })[] = [
  { name: "concurrent_max", as: "count", none: 1 },
  { name: "reentry_days", as: "number", none: 0 },
  { name: "stay_days", as: "number", none: 0 },
  { name: "entries_per_day", as: "number", none: 0 },
];
const OF_REENTRY: Readonly<Record<string, string>> = { reentry_days: "after_days", concurrent_max: "always" };
const HOLDOUT_PERCENT_MAX = 50;

export function SettingsForm() {
  const { t } = useTranslation();
  const { draft, act, parts } = useEditor();
  const [name, trigger, goal, holdout] = [useId(), useId(), useId(), useId()];
  const settle = (fields: Record<string, unknown>) => act({ kind: "settle", fields });
  const on = triggerOf(draft.trigger.on);
  const offered = TRIGGERS.filter((each) => !each.ofCampaign || each.on === draft.trigger.on);
  const kept = draft.holdout as { share: number; salt: string } | null | undefined;
  return (
    <div className={styles.form}>
      <div className={styles.field}>
        <label htmlFor={name}>{t("journey.name")}</label>
        <Input
          id={name}
          value={draft.name}
          maxLength={NAME_CHARACTERS_MAX}
          onChange={(event) => settle({ name: event.target.value })}
        />
      </div>
      <div className={styles.field}>
        <label htmlFor={trigger}>{t("step.trigger")}</label>
        <Select
          id={trigger}
          value={draft.trigger.on}
          onChange={(next: string) => settle({ trigger: { on: next, ...triggerOf(next)?.fresh } })}
          options={[
            ...offered.map((each) => ({
              value: each.on,
              label: t(`step.triggers.${each.on}` as "step.triggers.event"),
            })),
            ...(on ? [] : [{ value: draft.trigger.on, label: draft.trigger.on }]),
          ]}
        />
      </div>
      {(on?.fields ?? []).map((field) => (
        <FieldRow
          key={`${draft.trigger.on} ${field.name}`}
          field={field}
          of={draft.trigger}
          onChange={(value) => settle({ trigger: { ...draft.trigger, [field.name]: value } })}
        />
      ))}
      <div className={styles.field}>
        <label htmlFor={goal}>{t("journey.goal")}</label>
        <Select
          id={goal}
          showSearch={{ optionFilterProp: "label" }}
          value={draft.goal_event || ""}
          onChange={(next) => settle({ goal_event: next })}
          options={[{ value: "", label: t("journey.goalNone") }, ...parts.named.event]}
        />
      </div>
      <fieldset className={styles.field}>
        <legend className={styles.title}>{t("journey.reentry")}</legend>
        <Radio.Group
          vertical
          value={draft.reentry ?? "never"}
          onChange={(event) => settle({ reentry: event.target.value })}
          options={(["never", "after_leaving", "after_days", "always"] as const).map((value) => ({
            value,
            label: t(`journey.reentries.${value}`),
          }))}
        />
      </fieldset>
      {LIMITS.filter(({ name }) => OF_REENTRY[name] === undefined || OF_REENTRY[name] === draft.reentry).map(
        (field) => (
          <FieldRow
            key={field.name}
            field={field}
            of={draft}
            onChange={(value) => settle({ [field.name]: value ?? field.none })}
          />
        ),
      )}
      <div className={styles.field}>
        <label htmlFor={holdout}>{t("journey.holdout")}</label>
        <InputNumber<number>
          id={holdout}
          min={0}
          max={HOLDOUT_PERCENT_MAX}
          suffix="%"
          value={Math.round((kept?.share ?? 0) * 1_000) / 10}
          onChange={(next) =>
            settle({
              holdout: next
                ? { salt: kept?.salt ?? crypto.randomUUID().slice(0, 8), share: next / 100 }
                : null,
            })
          }
        />
      </div>
      <RunningForm />
    </div>
  );
}
