/** Which rows: a table with the column that tells what is new, or a query of one's own. */
import { Button, Input, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import type { Kind } from "../api/imports";
import type { Choice } from "../model/database";
import styles from "./data.module.css";
import own from "./database.module.css";

const KINDS: Kind[] = ["orders", "customers", "items", "events", "consents", "exposures", "spend"];
const OWN = "\u0001"; // No table can be named so.
const GUESS = "guess";

interface DatabaseQueryProps {
  seen: Views["DatabaseTrial"];
  choice: Choice;
  onChange(choice: Choice): void;
  onTable(table: string): void;
  onLook(): void;
  looking: boolean;
}

export function DatabaseQuery({ seen, choice, onChange, onTable, onLook, looking }: DatabaseQueryProps) {
  const { t } = useTranslation();
  const [tableField, queryField, markField, startField, kindField] = [
    useId(),
    useId(),
    useId(),
    useId(),
    useId(),
  ];
  const ownQuery = choice.table === "";
  const columns = [...seen.columns].sort((one, other) => Number(other.grows) - Number(one.grows));
  return (
    <>
      <div>
        <label htmlFor={tableField}>{t("data.database.table")}</label>
        <Select
          id={tableField}
          className={own.wide ?? ""}
          showSearch
          value={ownQuery ? OWN : choice.table}
          onChange={(value: string) => {
            onChange({ ...choice, table: value === OWN ? "" : value, watermark: "", start: "" });
            if (value !== OWN) onTable(value);
          }}
          options={[
            { value: OWN, label: t("data.database.ownQuery") },
            ...seen.tables.map((table) => ({ value: table, label: table })),
          ]}
        />
      </div>
      {ownQuery ? (
        <div>
          <label htmlFor={queryField}>{t("data.database.query")}</label>
          <Input.TextArea
            id={queryField}
            rows={4}
            value={choice.query}
            placeholder="SELECT … WHERE updated_at >= :watermark ORDER BY updated_at"
            spellCheck={false}
            onChange={(event) => onChange({ ...choice, query: event.target.value })}
          />
        </div>
      ) : null}
      <div>
        <label htmlFor={markField}>{t("data.database.watermark")}</label>
        {ownQuery ? (
          <Input
            id={markField}
            value={choice.watermark}
            spellCheck={false}
            onChange={(event) => onChange({ ...choice, watermark: event.target.value })}
          />
        ) : (
          <Select
            id={markField}
            className={own.wide ?? ""}
            showSearch
            value={choice.watermark || null}
            onChange={(watermark: string) => onChange({ ...choice, watermark, start: "" })}
            options={columns.map((each) => ({
              value: each.name,
              label: `${each.name} · ${each.type.toLowerCase()}`,
            }))}
          />
        )}
        <p className={styles.quiet}>{t("data.database.watermarkMeans")}</p>
      </div>
      <div className={own.halves}>
        <div>
          <label htmlFor={kindField}>{t("data.database.importKind")}</label>
          <Select
            id={kindField}
            className={own.wide ?? ""}
            value={choice.kind ?? GUESS}
            onChange={(value) => onChange({ ...choice, kind: value === GUESS ? null : (value as Kind) })}
            options={[
              { value: GUESS, label: t("data.database.guess") },
              ...KINDS.map((kind) => ({ value: kind, label: t(`import.kind.${kind}`) })),
            ]}
          />
        </div>
        <div>
          <label htmlFor={startField}>{t("data.database.start")}</label>
          <Input
            id={startField}
            value={choice.start}
            placeholder="0 / 1970-01-01"
            onChange={(event) => onChange({ ...choice, start: event.target.value })}
          />
        </div>
      </div>
      <div className={styles.buttons}>
        <Button
          loading={looking}
          disabled={choice.watermark === "" || (ownQuery && choice.query.trim() === "")}
          onClick={onLook}
        >
          {t("data.database.look")}
        </Button>
      </div>
    </>
  );
}
