/** Sets up a database to be pulled: connect, choose a table, see what an import would make of it, say how often. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { Note } from "@/shared/parts/note";
import { ErrorNote } from "@/shared/parts/shown";
import { createSource, tryDatabase } from "../api/data";
import {
  addressOf,
  type Choice,
  type Connection,
  changedRules,
  firstChoice,
  firstConnection,
  startOf,
} from "../model/database";
import { missingFields, type Rules } from "../model/mapping";
import styles from "./data.module.css";
import { DatabaseConnection } from "./database-connection";
import { DatabasePreview } from "./database-preview";
import { DatabaseQuery } from "./database-query";

export function DatabaseForm({ name, onClose }: { name: string; onClose(): void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [connection, setConnection] = useState<Connection>(firstConnection);
  const [choice, setChoice] = useState<Choice>(firstChoice);
  const [rules, setRules] = useState<Rules>({});
  const [everyMinutes, setEveryMinutes] = useState<number | null>(null);
  const [seen, setSeen] = useState<Views["DatabaseTrial"]>();
  const url = addressOf(connection);
  const trial = useMutation({
    mutationFn: (asked: Partial<Views["DatabaseTrialRequest"]>) =>
      tryDatabase({
        source: "",
        url,
        table: "",
        query: "",
        watermark: "",
        start: null,
        import_kind: null,
        ...asked,
      }),
    onSuccess: (found, asked) => {
      setSeen(found);
      setRules(Object.fromEntries(found.fields.map((field) => [field.field, field.rule])));
      if (asked.table)
        setChoice((now) => ({ ...now, watermark: found.watermark, start: String(found.start) }));
    },
  });
  const create = useMutation({
    mutationFn: (found: Views["DatabaseTrial"]) =>
      createSource({
        name,
        kind: "database",
        mappings: [],
        database: {
          url,
          query: found.query,
          watermark: found.watermark,
          start: found.start,
          import_kind: found.kind,
          fields: changedRules(found, rules),
          every_minutes: everyMinutes,
        },
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["data"] }),
  });
  if (create.isSuccess) return <Made onClose={onClose} />;
  const missing = seen ? missingFields(seen.fields, rules) : [];
  return (
    <>
      <DatabaseConnection
        connection={connection}
        onChange={(next) => {
          setConnection(next);
          setSeen(undefined);
          setChoice(firstChoice);
        }}
      />
      <div className={styles.buttons}>
        <Button disabled={url === ""} loading={trial.isPending && !seen} onClick={() => trial.mutate({})}>
          {t("data.database.connect")}
        </Button>
      </div>
      {seen ? (
        <>
          <Note
            tone="good"
            title={t("data.database.connected", { server: seen.server, count: seen.tables.length })}
            role="status"
          />
          <DatabaseQuery
            seen={seen}
            choice={choice}
            onChange={setChoice}
            onTable={(table) => trial.mutate({ table })}
            onLook={() => trial.mutate(askedBy(choice))}
            looking={trial.isPending}
          />
        </>
      ) : null}
      {trial.isError ? <ErrorNote error={trial.error} /> : null}
      {seen && seen.query !== "" && seen.watermark !== "" && !trial.isPending ? (
        <DatabasePreview
          seen={seen}
          rules={rules}
          onRules={setRules}
          everyMinutes={everyMinutes}
          onEvery={setEveryMinutes}
        />
      ) : null}
      {create.isError ? <ErrorNote error={create.error} /> : null}
      <div className={styles.buttons}>
        <Button
          type="primary"
          disabled={name === "" || !seen?.kind || missing.length > 0 || trial.isPending}
          loading={create.isPending}
          onClick={() => seen && create.mutate(seen)}
        >
          {t("data.database.make")}
        </Button>
      </div>
    </>
  );
}

function askedBy(choice: Choice): Partial<Views["DatabaseTrialRequest"]> {
  const asked = {
    watermark: choice.watermark,
    start: startOf(choice.start),
    import_kind: choice.kind,
  };
  return choice.table === "" ? { ...asked, query: choice.query } : { ...asked, table: choice.table };
}

function Made({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  return (
    <>
      <Note tone="good" title={t("data.database.made")} role="status">
        <p>{t("data.database.madeHow")}</p>
      </Note>
      <div className={styles.buttons}>
        <Button onClick={onClose}>{t("data.database.close")}</Button>
      </div>
    </>
  );
}
