/** A new destination: whereto, what is told of people, and when. Its secrets are typed once and never read again. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Checkbox, Input, InputNumber, Segmented, Select } from "antd";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { useNames } from "@/shared/words/use-names";
import { saveDestination } from "../api/destinations";
import type { Words } from "../atoms/atom";
import {
  type DestinationDraft,
  definitionOf,
  emptyDestination,
  IDENTIFIERS,
  isWhole,
  type When,
} from "../model/destination";
import styles from "./destinations.module.css";

interface FormProps {
  audience: Views["Audience"];
  words: Words;
  onSaved(): void;
}

interface PartProps {
  draft: DestinationDraft;
  change(part: Partial<DestinationDraft>): void;
}

export function DestinationForm({ audience, words, onSaved }: FormProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const [draft, setDraft] = useState(emptyDestination);
  const change = (part: Partial<DestinationDraft>) => setDraft({ ...draft, ...part });
  const save = useMutation({
    // The hour it was made is as good an id as any, and nobody has to think of one.
    mutationFn: () =>
      saveDestination(`to-${Date.now().toString(36)}`, definitionOf(draft, audience.audience_id)),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["destinations"] });
      void message.success(t("destination.saved"));
      onSaved();
    },
  });
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {save.isError ? <ErrorNote error={save.error} /> : null}
      <Where draft={draft} change={change} />
      <Told draft={draft} change={change} words={words} reachable={audience.reachable} />
      <Schedule draft={draft} change={change} />
      <Button type="primary" htmlType="submit" loading={save.isPending} disabled={!isWhole(draft)}>
        {t("destination.save")}
      </Button>
    </form>
  );
}

function Field({ label, how, children }: { label: string; how?: string; children(id: string): ReactNode }) {
  const id = useId();
  return (
    <label htmlFor={id}>
      {label}
      {children(id)}
      {how ? <small>{how}</small> : null}
    </label>
  );
}

function Where({ draft, change }: PartProps) {
  const { t } = useTranslation();
  const { kind } = draft;
  return (
    <>
      <Field label={t("destination.name")}>
        {(id) => (
          <Input
            id={id}
            value={draft.name}
            placeholder={t("destination.namePlaceholder")}
            onChange={(event) => change({ name: event.target.value })}
          />
        )}
      </Field>
      <Segmented
        aria-label={t("destination.kind")}
        value={kind}
        onChange={(next) => change({ kind: next, url: "" })}
        options={(["webhook", "database"] as const).map((value) => ({
          value,
          label: t(`destination.kinds.${value}`),
        }))}
      />
      <Field label={t(`destination.url.${kind}`)} how={t(`destination.urlHow.${kind}`)}>
        {(id) => (
          <Input
            id={id}
            value={draft.url}
            type={kind === "database" ? "password" : "text"}
            autoComplete="off"
            onChange={(event) => change({ url: event.target.value })}
          />
        )}
      </Field>
      {kind === "webhook" ? (
        <Field label={t("destination.secret")} how={t("destination.secretHow")}>
          {(id) => (
            <Input
              id={id}
              type="password"
              autoComplete="off"
              value={draft.secret}
              onChange={(event) => change({ secret: event.target.value })}
            />
          )}
        </Field>
      ) : (
        <Field label={t("destination.table")} how={t("destination.tableHow")}>
          {(id) => (
            <Input id={id} value={draft.table} onChange={(event) => change({ table: event.target.value })} />
          )}
        </Field>
      )}
    </>
  );
}

interface ToldProps extends PartProps {
  words: Words;
  reachable: Views["ChannelReach"][];
}

function Told({ draft, change, words, reachable }: ToldProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  return (
    <>
      <fieldset>
        <legend>{t("destination.identifiers")}</legend>
        <Checkbox.Group
          value={draft.identifiers}
          onChange={(identifiers) => change({ identifiers })}
          options={IDENTIFIERS.map((value) => ({ value, label: t(`destination.identifierNames.${value}`) }))}
        />
        <small>{t("destination.identifiersHow")}</small>
      </fieldset>
      <Select
        mode="multiple"
        aria-label={t("destination.columns")}
        placeholder={t("destination.columns")}
        value={draft.columns}
        onChange={(columns) => change({ columns })}
        showSearch={{ optionFilterProp: "label" }}
        options={[
          { value: "member_level", label: t("destination.level") },
          { value: "tags", label: t("destination.tags") },
          ...words.vocabulary.traits.map((each) => ({ value: each.id, label: format.say(each.name) })),
        ]}
      />
      <Field label={t("destination.channel")} how={t("destination.channelHow")}>
        {(id) => (
          <Select
            id={id}
            allowClear
            value={draft.channel === "" ? null : draft.channel}
            onChange={(channel?: string) => change({ channel: channel ?? "" })}
            options={reachable.map((each) => ({ value: each.channel, label: names.channel(each.channel) }))}
          />
        )}
      </Field>
    </>
  );
}

function Schedule({ draft, change }: PartProps) {
  const { t } = useTranslation();
  return (
    <>
      <Segmented
        aria-label={t("destination.when")}
        value={draft.when}
        onChange={(when: When) => change({ when })}
        options={(["asked", "hours", "daily"] as const).map((value) => ({
          value,
          label: t(`destination.whens.${value}`),
        }))}
      />
      {draft.when === "hours" ? (
        <Field label={t("destination.everyHours")}>
          {(id) => (
            <InputNumber
              id={id}
              min={1}
              max={744}
              value={draft.hours}
              onChange={(hours) => change({ hours: hours ?? 1 })}
            />
          )}
        </Field>
      ) : null}
      {draft.when === "daily" ? (
        <Field label={t("destination.dailyAt")}>
          {(id) => (
            <Input
              id={id}
              type="time"
              value={draft.at}
              onChange={(event) => change({ at: event.target.value })}
            />
          )}
        </Field>
      ) : null}
    </>
  );
}
