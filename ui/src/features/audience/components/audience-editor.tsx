/** Name, tree, live count; saving publishes a version that a tick has folded before the answer comes. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input } from "antd";
import { useId, useReducer, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Views } from "@/shared/api/client";
import { Card, Page } from "@/shared/parts/page";
import { ErrorNote } from "@/shared/parts/shown";
import { useSettled } from "@/shared/use-settled";
import { useFormat } from "@/shared/words/use-format";
import { previewOptions, saveAudience } from "../api/audiences";
import type { Words } from "../atoms/atom";
import { newAtom } from "../atoms/registry";
import { asGroup, changed, type Group, isComplete } from "../model/tree";
import styles from "./audience-editor.module.css";
import { LiveCount } from "./live-count";
import { MembersDrawer } from "./members-drawer";
import { TreeEditor } from "./tree-editor";
import { Trend } from "./trend";

const PAUSE_MS = 150; // With an answer in 150 ms the count follows within the 300 ms that feel live.
const NAME_CHARACTERS_MAX = 80;

interface AudienceEditorProps {
  words: Words;
  /** Null for a new audience. */
  saved: Views["Audience"] | null;
}

export function AudienceEditor({ words, saved }: AudienceEditorProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const nameField = useId();
  const [name, setName] = useState(saved?.name ?? "");
  const [definition, change] = useReducer(changed, null, () => firstDefinition(saved, words));
  const settled = useSettled(definition, PAUSE_MS);
  const complete = isComplete(settled);
  const preview = useQuery(previewOptions(settled, complete));
  const save = useMutation({
    mutationFn: () =>
      saveAudience({ name: name.trim(), definition, ...(saved ? { audience_id: saved.audience_id } : {}) }),
    onSuccess: async (audience) => {
      await queries.invalidateQueries({ queryKey: ["audiences"] });
      void message.success(t("audience.saved", { people: format.people(audience.count) }));
      void navigate(`/audiences/${audience.audience_id}`);
    },
  });
  const action = (
    <Button
      type="primary"
      size="large"
      loading={save.isPending}
      disabled={name.trim() === "" || !isComplete(definition)}
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
            <TreeEditor group={definition} path={[]} words={words} onChange={change} />
          </Card>
          {saved ? <Trend trend={saved.trend} /> : null}
        </div>
        <div className={styles.column}>
          <LiveCount preview={preview} complete={complete} saved={saved} />
        </div>
      </div>
      {saved ? <MembersDrawer audience={saved} /> : null}
    </Page>
  );
}

function firstDefinition(saved: Views["Audience"] | null, words: Words): Group {
  if (saved) return asGroup(saved.definition);
  const first = words.vocabulary.events[0];
  return { all: [newAtom(first ? `event:${first.id}` : "percent:", words)] };
}
