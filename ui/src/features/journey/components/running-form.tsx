/** When the journey takes people in, who leaves at once, how much it may send, and what it keeps of entries. */
import { Radio, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Details } from "@/shared/parts/page";
import { useEditor } from "../editor";
import type { Field } from "../model/field";
import { bringsProperties } from "../model/triggers";
import { type Cap, Caps } from "./caps";
import drawer from "./drawer.module.css";
import { Exits } from "./exits";
import { FieldRow } from "./fields";

const WHEN: readonly Field[] = [
  { name: "from_ms", as: "moment", optional: true },
  { name: "until_ms", as: "moment", optional: true },
  { name: "from_minute", as: "minute", optional: true },
  { name: "until_minute", as: "minute", optional: true },
];

export function RunningForm() {
  const { t } = useTranslation();
  const { draft, act, parts } = useEditor();
  const keeps = useId();
  const settle = (fields: Record<string, unknown>) => act({ kind: "settle", fields });
  const validity = (draft.validity ?? {}) as Record<string, unknown>;
  const run = (name: string, value: unknown) => {
    const next = Object.fromEntries(
      Object.entries({ ...validity, [name]: value }).filter(([, each]) => each !== undefined),
    );
    settle({ validity: Object.keys(next).length > 0 ? next : null });
  };
  return (
    <>
      {bringsProperties(draft) ? (
        <div className={drawer.field}>
          <label htmlFor={keeps}>{t("journey.keeps")}</label>
          <Select
            id={keeps}
            mode="tags"
            maxCount={20}
            placeholder={t("journey.keepsHow")}
            value={(draft.keeps ?? []) as string[]}
            onChange={(next) => settle({ keeps: next })}
            options={[...parts.named.property]}
          />
        </div>
      ) : null}
      <fieldset className={drawer.field}>
        <legend className={drawer.title}>{t("journey.exits")}</legend>
        <Exits exits={(draft.exits ?? []) as never} onChange={(exits) => settle({ exits })} />
      </fieldset>
      <Details summary={t("journey.validity")}>
        <fieldset className={drawer.form} aria-label={t("journey.validity")}>
          {WHEN.map((field) => (
            <FieldRow
              key={field.name}
              field={field}
              of={validity}
              onChange={(value) => run(field.name, value || undefined)}
            />
          ))}
          {validity.until_ms ? (
            <Radio.Group
              vertical
              aria-label={t("journey.atEnd")}
              value={validity.then ?? "finish"}
              onChange={(event) => run("then", event.target.value)}
              options={(["finish", "leave"] as const).map((value) => ({
                value,
                label: t(`journey.atEnds.${value}`),
              }))}
            />
          ) : null}
        </fieldset>
      </Details>
      <Details summary={t("journey.caps")}>
        <Caps caps={(draft.caps ?? []) as Cap[]} onChange={(caps) => settle({ caps })} />
      </Details>
    </>
  );
}
