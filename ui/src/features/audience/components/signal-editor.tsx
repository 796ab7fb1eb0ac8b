/** A signal of the shop's own: by a sentence or a tree, with who would give it and why, before it is published. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, InputNumber } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Note } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { type OwnSignal, useSignalPreview, writeSignal } from "../api/signals";
import type { Words } from "../atoms/atom";
import { isComplete } from "../model/tree";
import { useBuilder } from "../model/use-builder";
import styles from "./audience-editor.module.css";
import { SentenceAndTree } from "./sentence-and-tree";
import { SignalGivers } from "./signal-givers";
import { SignalRetire } from "./signal-retire";
import { firstTree } from "./tree-with-history";

const NAME_CHARACTERS_MAX = 80;
const HALF_LIFE_DAYS = 3;

interface SignalEditorProps {
  words: Words;
  /** Null for a new signal. */
  saved: OwnSignal | null;
}

export function SignalEditor({ words, saved }: SignalEditorProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const [name, setName] = useState(saved?.name ?? "");
  const [halfLife, setHalfLife] = useState(saved?.half_life_days ?? HALF_LIFE_DAYS);
  const builder = useBuilder(
    firstTree(saved?.definition, words),
    format.say,
    saved === null,
    useSignalPreview,
  );
  const { definition, preview, complete } = builder;
  const save = useMutation({
    mutationFn: () =>
      writeSignal({
        name: name.trim(),
        definition,
        half_life_days: halfLife,
        ...(saved ? { signal_id: saved.id } : {}),
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["signals"] });
      await queries.invalidateQueries({ queryKey: ["vocabulary"] });
      void message.success(t("signal.used"));
      void navigate("/signals");
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
      {t(saved ? "signal.save" : "signal.use")}
    </Button>
  );
  return (
    <Page title={saved?.name ?? t("signal.new")} lead={t("signal.newLead")} action={action}>
      {save.isError ? <ErrorNote error={save.error} /> : null}
      <div className={styles.columns}>
        <div className={styles.column}>
          <Card title={t("signal.when")}>
            <Fields name={name} onName={setName} halfLife={halfLife} onHalfLife={setHalfLife} />
            <SentenceAndTree builder={builder} words={words} />
          </Card>
          {saved ? (
            <Card title={t("signal.retire")}>
              <SignalRetire id={saved.id} name={saved.name} usedIn={saved.used_in} />
            </Card>
          ) : null}
        </div>
        <div className={styles.column}>
          <Card title={t("signal.wouldGive")}>
            {complete ? null : <Note tone="decide" title={t("audience.unfinished")} />}
            {complete || preview.data ? <SignalGivers preview={preview} /> : null}
          </Card>
        </div>
      </div>
    </Page>
  );
}

interface FieldsProps {
  name: string;
  onName(name: string): void;
  halfLife: number;
  onHalfLife(days: number): void;
}

function Fields({ name, onName, halfLife, onHalfLife }: FieldsProps) {
  const { t } = useTranslation();
  const nameField = useId();
  const lifeField = useId();
  return (
    <>
      <div className={styles.name}>
        <label htmlFor={nameField}>{t("signal.name")}</label>
        <Input
          id={nameField}
          value={name}
          maxLength={NAME_CHARACTERS_MAX}
          placeholder={t("signal.namePlaceholder")}
          onChange={(event) => onName(event.target.value)}
        />
      </div>
      <div className={styles.name}>
        <label htmlFor={lifeField}>{t("signal.halfLife")}</label>
        <InputNumber
          id={lifeField}
          min={0.1}
          max={365}
          value={halfLife}
          suffix={t("signal.unit.days")}
          onChange={(days) => {
            if (days !== null) onHalfLife(days);
          }}
        />
      </div>
    </>
  );
}
