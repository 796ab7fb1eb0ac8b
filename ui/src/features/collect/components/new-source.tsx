/** A new source: its name and kind; then its key, once, with what to paste where the data come from. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Input, Radio } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Views } from "@/shared/api/client";
import { Note } from "@/shared/parts/note";
import { ErrorNote } from "@/shared/parts/shown";
import { SideDrawer } from "@/shared/parts/side-drawer";
import { createSource } from "../api/data";
import { firstMappings, readMappings } from "../model/snippets";
import { Copied } from "./copied";
import styles from "./data.module.css";
import { DatabaseForm } from "./database-form";
import { Snippets } from "./snippets";

type Kind = Views["SourceRequest"]["kind"];
const NAME_CHARACTERS_MAX = 60;

export function NewSource({ open, onClose }: { open: boolean; onClose(): void }) {
  const { t } = useTranslation();
  return (
    <SideDrawer open={open} onClose={onClose} title={t("data.newSource")} side="right">
      <SourceForm onClose={onClose} />
    </SideDrawer>
  );
}

function SourceForm({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const nameField = useId();
  const mappingField = useId();
  const [name, setName] = useState("");
  const [kind, setKind] = useState<Kind>("tracking");
  const [mappings, setMappings] = useState(firstMappings);
  const read = kind === "webhook" ? readMappings(mappings) : [];
  const create = useMutation({
    mutationFn: () => createSource({ name: name.trim(), kind, mappings: read ?? [] }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["data"] }),
  });
  if (create.data) return <Made made={create.data} kind={kind} onClose={onClose} />;
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (kind !== "database") create.mutate();
      }}
    >
      <div>
        <label htmlFor={nameField}>{t("data.sourceName")}</label>
        <Input
          id={nameField}
          value={name}
          maxLength={NAME_CHARACTERS_MAX}
          placeholder={t("data.sourceNameExample")}
          onChange={(event) => setName(event.target.value)}
        />
      </div>
      <Radio.Group
        aria-label={t("data.sourceKind")}
        value={kind}
        onChange={(event) => setKind(event.target.value as Kind)}
        options={[
          { value: "tracking", label: t("data.trackingIs") },
          { value: "webhook", label: t("data.webhookIs") },
          { value: "database", label: t("data.databaseIs") },
        ]}
        vertical
      />
      <p className={styles.quiet}>
        {t("data.otherKinds")} <Link to="/data/forms/new">{t("data.newForm")}</Link>
      </p>
      {kind === "database" ? <DatabaseForm name={name.trim()} onClose={onClose} /> : null}
      {kind === "webhook" ? (
        <div>
          <label htmlFor={mappingField}>{t("data.mappings")}</label>
          <Input.TextArea
            id={mappingField}
            rows={12}
            value={mappings}
            status={read === null ? "error" : ""}
            spellCheck={false}
            onChange={(event) => setMappings(event.target.value)}
          />
          {read === null ? <p role="alert">{t("data.mappingsUnreadable")}</p> : null}
        </div>
      ) : null}
      {create.isError ? <ErrorNote error={create.error} /> : null}
      {kind === "database" ? null : (
        <div className={styles.buttons}>
          <Button
            type="primary"
            htmlType="submit"
            disabled={name.trim() === "" || read === null}
            loading={create.isPending}
          >
            {t("data.create")}
          </Button>
        </div>
      )}
    </form>
  );
}

interface MadeProps {
  made: Views["SourceCreated"];
  kind: Kind;
  onClose(): void;
}

function Made({ made, kind, onClose }: MadeProps) {
  const { t } = useTranslation();
  return (
    <div className={styles.form}>
      <Note tone="good" title={t("data.made")} role="status">
        <p>{kind === "webhook" ? t("data.secretOnce") : t("data.keyOnce")}</p>
      </Note>
      <Copied text={made.key} label={kind === "webhook" ? t("data.secret") : t("data.key")} />
      {kind === "webhook" ? (
        <>
          <Copied text={`${location.origin}${made.address}`} label={t("data.address")} />
          <p className={styles.quiet}>{t("data.signing")}</p>
        </>
      ) : (
        <Snippets writeKey={made.key} />
      )}
      <div className={styles.buttons}>
        <Button onClick={onClose}>{t("data.kept")}</Button>
      </div>
    </div>
  );
}
