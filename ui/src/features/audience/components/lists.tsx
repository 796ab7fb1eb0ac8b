/** Fixed lists: the people of an audience as they are now, or those whom a file names. */
import { UploadOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Input, Upload } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Views } from "@/shared/api/client";
import { Note } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { freezeAudience, type ListMade, listFromFile } from "../api/lists";
import styles from "./lists.module.css";

const NAME_CHARACTERS_MAX = 80;

export function FreezeCard({ audience }: { audience: Views["Audience"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <MakeList
      lead={t("list.freezeLead", { people: format.people(audience.count) })}
      action={t("list.freeze")}
      ready={audience.count > 0}
      make={(name) => freezeAudience(audience.audience_id, name)}
    />
  );
}

export function ListFromFileCard() {
  const { t } = useTranslation();
  const [file, setFile] = useState<File | null>(null);
  return (
    <MakeList
      lead={t("list.fileLead")}
      action={t("list.make")}
      ready={file !== null}
      make={(name) => listFromFile(file ?? new File([], ""), name)}
    >
      <Upload
        accept=".csv,.tsv,.txt,.gz,.xlsx,.xls,.parquet"
        maxCount={1}
        beforeUpload={(chosen) => {
          setFile(chosen);
          return false;
        }}
        onRemove={() => setFile(null)}
      >
        <Button icon={<UploadOutlined />}>{t("list.file")}</Button>
      </Upload>
    </MakeList>
  );
}

interface MakeListProps {
  lead: string;
  action: string;
  ready: boolean;
  make(name: string): Promise<ListMade>;
  children?: ReactNode;
}

function MakeList({ lead, action, ready, make, children }: MakeListProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const made = useMutation({
    mutationFn: () => make(name.trim()),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["audiences"], exact: true }),
  });
  return (
    <Card title={t("list.title")}>
      <p className={styles.lead}>{lead}</p>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          made.mutate();
        }}
      >
        {children}
        <Input
          aria-label={t("list.name")}
          placeholder={t("list.namePlaceholder")}
          maxLength={NAME_CHARACTERS_MAX}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Button htmlType="submit" loading={made.isPending} disabled={!ready || name.trim() === ""}>
          {action}
        </Button>
      </form>
      <div className={styles.made} aria-live="polite">
        {made.isError ? <ErrorNote error={made.error} /> : null}
        {made.data ? <Made made={made.data} /> : null}
      </div>
    </Card>
  );
}

function Made({ made }: { made: ListMade }) {
  const { t } = useTranslation();
  const format = useFormat();
  const lines = format.people(made.unknown);
  return (
    <Note
      tone={made.unknown > 0 ? "decide" : "good"}
      title={t("list.made", { people: format.people(made.people) })}
    >
      {made.repeated > 0 ? <p>{t("list.repeated", { lines: format.people(made.repeated) })}</p> : null}
      {made.unknown > 0 ? <p>{t("list.unknown", { lines, who: made.unknown_shown.join(", ") })}</p> : null}
      <Link to={`/audiences/${made.audience_id}`}>{t("list.see")}</Link>
    </Note>
  );
}
