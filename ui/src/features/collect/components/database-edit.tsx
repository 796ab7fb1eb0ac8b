/** Changes a database source: what is not touched stays, its sealed address too; what rows become is seen before. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { Note } from "@/shared/parts/note";
import { ErrorNote, Shown } from "@/shared/parts/shown";
import { definitionOptions, publish, tryDatabase } from "../api/data";
import {
  addressOf,
  type Connection,
  changedRules,
  choiceOf,
  firstConnection,
  KEPT_ADDRESS,
  nothingSeen,
  startOf,
} from "../model/database";
import { missingFields, type Rules } from "../model/mapping";
import styles from "./data.module.css";
import { DatabaseConnection } from "./database-connection";
import { DatabasePreview, PullEvery } from "./database-preview";
import { DatabaseQuery } from "./database-query";

interface DatabaseEditProps {
  sourceId: string;
  onClose(): void;
}

export function DatabaseEdit({ sourceId, onClose }: DatabaseEditProps) {
  const definition = useQuery(definitionOptions("source", sourceId));
  return (
    <Shown query={definition} lines={8}>
      {(found) => <Fields key={found.version} sourceId={sourceId} body={found.body} onClose={onClose} />}
    </Shown>
  );
}

interface FieldsProps extends DatabaseEditProps {
  body: Record<string, unknown>;
}

function Fields({ sourceId, body, onClose }: FieldsProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const nameField = useId();
  const [name, setName] = useState(String(body.name ?? ""));
  const [connection, setConnection] = useState<Connection>();
  const [choice, setChoice] = useState(choiceOf(body));
  const [rules, setRules] = useState<Rules>();
  const [everyMinutes, setEveryMinutes] = useState((body.every_minutes as number | null) ?? null);
  const [seen, setSeen] = useState<Views["DatabaseTrial"]>();
  const url = connection ? addressOf(connection) : KEPT_ADDRESS;
  const trial = useMutation({
    mutationFn: (asked: Partial<Views["DatabaseTrialRequest"]>) =>
      tryDatabase({
        source: sourceId,
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
      const guessed = Object.fromEntries(found.fields.map((field) => [field.field, field.rule]));
      setRules({ ...guessed, ...(body.fields as Rules) });
      if (asked.table) setChoice((now) => ({ ...now, ...choiceOf({ ...body, ...found }), table: now.table }));
    },
  });
  const wanted = seen && choice.table !== "" ? seen.query : choice.query;
  const save = useMutation({
    mutationFn: () =>
      publish("source", sourceId, {
        ...body,
        name: name.trim(),
        url,
        query: wanted,
        watermark: choice.watermark,
        start: startOf(choice.start) ?? body.start,
        import_kind: choice.kind ?? seen?.kind ?? body.import_kind,
        fields: seen && rules ? changedRules(seen, rules) : body.fields,
        every_minutes: everyMinutes,
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["data"] });
      onClose();
    },
  });
  const look = () =>
    trial.mutate({
      query: choice.table === "" ? choice.query : "",
      table: choice.table,
      watermark: choice.watermark,
      start: startOf(choice.start),
      import_kind: choice.kind,
    });
  const missing = seen && rules ? missingFields(seen.fields, rules) : [];
  return (
    <div className={styles.form}>
      <div>
        <label htmlFor={nameField}>{t("data.sourceName")}</label>
        <Input id={nameField} value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
      </div>
      {connection ? (
        <DatabaseConnection connection={connection} onChange={setConnection} />
      ) : (
        <p className={styles.quiet}>{t("source.kept")}</p>
      )}
      <div className={styles.buttons}>
        <Button onClick={() => setConnection(connection ? undefined : firstConnection)}>
          {connection ? t("source.sameAddress") : t("source.otherAddress")}
        </Button>
        <Button disabled={url === ""} loading={trial.isPending} onClick={look}>
          {t("source.test")}
        </Button>
      </div>
      {seen ? (
        <Note
          tone="good"
          title={t("data.database.connected", { server: seen.server, count: seen.tables.length })}
          role="status"
        />
      ) : null}
      <DatabaseQuery
        seen={seen ?? nothingSeen}
        choice={choice}
        onChange={setChoice}
        onTable={(table) => trial.mutate({ table })}
        onLook={look}
        looking={trial.isPending}
      />
      {wanted === body.query ? null : <p className={styles.quiet}>{t("source.anew")}</p>}
      {trial.isError ? <ErrorNote error={trial.error} /> : null}
      {seen && seen.query !== "" && seen.watermark !== "" && !trial.isPending ? (
        <DatabasePreview
          seen={seen}
          rules={rules ?? {}}
          onRules={setRules}
          everyMinutes={everyMinutes}
          onEvery={setEveryMinutes}
        />
      ) : (
        <PullEvery everyMinutes={everyMinutes} onEvery={setEveryMinutes} />
      )}
      {save.isError ? <ErrorNote error={save.error} /> : null}
      <div className={styles.buttons}>
        <Button
          type="primary"
          disabled={name.trim() === "" || url === "" || missing.length > 0 || trial.isPending}
          loading={save.isPending}
          onClick={() => save.mutate()}
        >
          {t("source.save")}
        </Button>
        <Button onClick={onClose}>{t("source.leave")}</Button>
      </div>
    </div>
  );
}
