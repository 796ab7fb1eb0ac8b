/** A new tag: its word, owner and meaning, and whether an audience decides who has it. Open while `?new` stands. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, InputNumber, Segmented, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { ErrorNote } from "@/shared/parts/shown";
import { SideDrawer } from "@/shared/parts/side-drawer";
import { audienceListOptions } from "../api/audiences";
import { saveTag, type Tag } from "../api/tags";
import styles from "./tag-list.module.css";

const empty = { id: "", name: "", category: "", owner: "", meaning: "" };
const TEXTS = ["name", "id", "category", "owner", "meaning"] as const;

export function TagForm({ tags }: { tags: Tag[] }) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const close = () => setSearch({}, { preventScrollReset: true });
  return (
    <SideDrawer open={search.has("new")} title={t("tag.new")} side="right" onClose={close}>
      <Fields tags={tags} onSaved={(id) => setSearch({ tag: id }, { preventScrollReset: true })} />
    </SideDrawer>
  );
}

function Fields({ tags, onSaved }: { tags: Tag[]; onSaved(id: string): void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const [said, setSaid] = useState(empty);
  const [by, setBy] = useState<"hand" | "follows">("hand");
  const [audience, setAudience] = useState<string | null>(null);
  const [expires, setExpires] = useState<number | null>(null);
  const [excludes, setExcludes] = useState<string[]>([]);
  const audiences = useQuery(audienceListOptions());
  const save = useMutation({
    mutationFn: () =>
      saveTag({
        ...said,
        id: said.id.trim(),
        excludes,
        where: by === "follows" && audience !== null ? { audience } : null,
        expires_days: by === "hand" ? expires : null,
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["tags"] });
      void message.success(t("tag.saved"));
      onSaved(said.id.trim());
    },
  });
  const complete = said.name.trim() !== "" && said.id.trim() !== "" && (by === "hand" || audience !== null);
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {save.isError ? <ErrorNote error={save.error} /> : null}
      {TEXTS.map((field) => (
        <label key={field} htmlFor={`tag-${field}`}>
          {t(`tag.${field}`)}
          <Input
            id={`tag-${field}`}
            value={said[field]}
            onChange={(event) => setSaid({ ...said, [field]: event.target.value })}
          />
          {field === "id" ? <small>{t("tag.idHow")}</small> : null}
        </label>
      ))}
      <Segmented
        aria-label={t("tag.how")}
        value={by}
        onChange={setBy}
        options={[
          { value: "hand", label: t("tag.hand") },
          { value: "follows", label: t("tag.follows") },
        ]}
      />
      {by === "follows" ? (
        <Select
          aria-label={t("tag.audience")}
          placeholder={t("audience.choose")}
          value={audience}
          onChange={setAudience}
          options={(audiences.data?.audiences ?? []).map((each) => ({
            value: each.audience_id,
            label: each.name,
          }))}
        />
      ) : (
        <label htmlFor="tag-expires">
          {t("tag.expiresDays")}
          <InputNumber id="tag-expires" min={1} value={expires} onChange={setExpires} />
        </label>
      )}
      <Select
        mode="multiple"
        aria-label={t("tag.excludes")}
        placeholder={t("tag.excludes")}
        value={excludes}
        onChange={setExcludes}
        options={tags.map((each) => ({ value: each.tag_id, label: each.name }))}
      />
      <Button type="primary" htmlType="submit" loading={save.isPending} disabled={!complete}>
        {t("tag.save")}
      </Button>
    </form>
  );
}
