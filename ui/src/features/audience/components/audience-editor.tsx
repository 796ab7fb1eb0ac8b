/** Name, sentence, tree, live count; saving publishes a version that a tick has folded before the answer comes. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Views } from "@/shared/api/client";
import { Card, Page } from "@/shared/parts/page";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { saveAudience, usePreview } from "../api/audiences";
import type { Words } from "../atoms/atom";
import { asGroup, isComplete } from "../model/tree";
import { useBuilder } from "../model/use-builder";
import styles from "./audience-editor.module.css";
import { Destinations } from "./destinations";
import { LikenessCard } from "./likeness";
import { FreezeCard } from "./lists";
import { LiveCount } from "./live-count";
import { MembersDrawer } from "./members-drawer";
import { Overlap } from "./overlap";
import { SentenceAndTree } from "./sentence-and-tree";
import { firstTree } from "./tree-with-history";
import { Trend } from "./trend";

const NAME_CHARACTERS_MAX = 80;

interface AudienceEditorProps {
  words: Words;
  /** Null for a new audience. */
  saved: Views["Audience"] | null;
  /** What a new audience begins as. */
  begin?: { name: string; where: Views["Audience"]["definition"] } | null;
}

export function AudienceEditor({ words, saved, begin = null }: AudienceEditorProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const nameField = useId();
  const [name, setName] = useState(saved?.name ?? begin?.name ?? "");
  const builder = useBuilder(
    begin ? asGroup(begin.where) : firstTree(saved?.definition, words),
    format.say,
    saved === null && begin === null,
    usePreview,
  );
  const { definition, preview, complete } = builder;
  const save = useMutation({
    mutationFn: () =>
      saveAudience({ name: name.trim(), definition, ...(saved ? { audience_id: saved.audience_id } : {}) }),
    onSuccess: async (audience) => {
      await queries.invalidateQueries({ queryKey: ["audiences"] });
      void message.success(t("audience.saved", { people: format.people(audience.count) }));
      void navigate(`/audiences/${audience.audience_id}`);
    },
  });
  const unread = builder.understood?.unread.length ?? 0;
  const action = (
    <Button
      type="primary"
      size="large"
      loading={save.isPending}
      disabled={name.trim() === "" || !isComplete(definition) || unread > 0}
      onClick={() => save.mutate()}
    >
      {t("audience.save")}
    </Button>
  );
  const lead = saved
    ? `${t("audience.version", { version: saved.version })} · ${saved.used_by > 0 ? t("audience.usedBy", { count: saved.used_by }) : t("audience.unused")}`
    : t("audience.newLead");
  return (
    <Page title={saved?.name ?? t("audience.new")} lead={lead} action={action}>
      {save.isError ? <ErrorNote error={save.error} /> : null}
      <div className={styles.columns}>
        <div className={styles.column}>
          <Card title={t("audience.who")}>
            <div className={styles.name}>
              <label htmlFor={nameField}>{t("audience.name")}</label>
              <Input
                id={nameField}
                value={name}
                maxLength={NAME_CHARACTERS_MAX}
                placeholder={t("audience.namePlaceholder")}
                onChange={(event) => setName(event.target.value)}
              />
            </div>
            <SentenceAndTree builder={builder} words={words} />
          </Card>
          {saved ? <Trend trend={saved.trend} /> : null}
          {saved ? <LikenessCard audience={saved} /> : null}
          {saved ? <Destinations audience={saved} words={words} /> : null}
          {saved ? <FreezeCard audience={saved} /> : null}
          <Overlap definition={definition} complete={complete} own={saved?.audience_id ?? null} />
        </div>
        <div className={styles.column}>
          <LiveCount preview={preview} complete={complete} saved={saved} />
        </div>
      </div>
      {saved ? <MembersDrawer audience={saved} /> : null}
    </Page>
  );
}
