/** Words to begin with: what the message is for becomes drafts in several tones; one of them goes into the editor. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Input, Select } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyNote, Note } from "@/shared/parts/note";
import { ErrorNote } from "@/shared/parts/shown";
import { SideDrawer } from "@/shared/parts/side-drawer";
import { useFormat } from "@/shared/words/use-format";
import { choicesOptions, type Draft, draftWords, occasionsOptions, type Wish } from "../api/drafts";
import styles from "./contents.module.css";
import { DraftCard } from "./draft-card";

interface DraftDrawerProps {
  open: boolean;
  /** What the editor knows already: channel, purpose, language. */
  known: Pick<Wish, "channel" | "language">;
  onClose(): void;
  onUse(draft: Draft): void;
}

export function DraftDrawer({ open, known, onClose, onUse }: DraftDrawerProps) {
  const { t } = useTranslation();
  return (
    <SideDrawer open={open} title={t("draft.title")} side="right" onClose={onClose}>
      <Drafting known={known} onUse={onUse} />
    </SideDrawer>
  );
}

const NOTHING = { goal: "", occasion: "", signal: "", offer: "", mention: "", url: "" } as const;

function Drafting({ known, onUse }: Pick<DraftDrawerProps, "known" | "onUse">) {
  const { t } = useTranslation();
  const format = useFormat();
  const [wish, setWish] = useState<Omit<Wish, keyof typeof known>>(NOTHING);
  const occasions = useQuery(occasionsOptions());
  const drafts = useMutation({ mutationFn: () => draftWords({ ...wish, ...known }) });
  const change = (part: Partial<typeof wish>) => setWish({ ...wish, ...part });
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        drafts.mutate();
      }}
    >
      <p className={styles.about}>{t("draft.lead")}</p>
      <Line label={t("draft.goal")}>
        {(id) => (
          <Input
            id={id}
            value={wish.goal}
            maxLength={1000}
            placeholder={t("draft.goalExample")}
            onChange={(event) => change({ goal: event.target.value })}
          />
        )}
      </Line>
      <Line label={t("draft.occasion")}>
        {(id) => (
          <Select
            id={id}
            value={wish.occasion}
            onChange={(occasion) => change({ occasion })}
            options={[
              { value: "" as const, label: t("draft.asGoalSays") },
              ...(occasions.data ?? []).map((each) => ({ value: each.id, label: format.say(each.name) })),
            ]}
          />
        )}
      </Line>
      <Choice
        label={t("draft.offer")}
        kind="offer"
        value={wish.offer}
        onChange={(offer) => change({ offer })}
      />
      <Choice
        label={t("draft.signal")}
        kind="signal"
        value={wish.signal}
        onChange={(signal) => change({ signal })}
      />
      <Line label={t("draft.mention")}>
        {(id) => (
          <Input
            id={id}
            value={wish.mention}
            maxLength={200}
            placeholder={t("draft.mentionExample")}
            onChange={(event) => change({ mention: event.target.value })}
          />
        )}
      </Line>
      <Line label={t("draft.url")}>
        {(id) => (
          <Input
            id={id}
            type="url"
            value={wish.url}
            onChange={(event) => change({ url: event.target.value })}
          />
        )}
      </Line>
      <Button type="primary" htmlType="submit" loading={drafts.isPending}>
        {t("draft.write")}
      </Button>
      {drafts.isError ? <ErrorNote error={drafts.error} /> : null}
      {drafts.data ? (
        <section className={styles.hits} aria-label={t("draft.drafts")}>
          <p className={styles.about}>
            {t(`draft.readFrom.${drafts.data.read_from}`, { name: format.say(drafts.data.occasion.name) })}
          </p>
          {drafts.data.model ? (
            <Note
              tone={drafts.data.model.outcome === "drafted" ? "plain" : "decide"}
              title={format.say(drafts.data.model.says)}
              role="status"
            />
          ) : null}
          {drafts.data.drafts.map((each) => (
            <DraftCard key={each.tone + String(each.content.body)} draft={each} onUse={() => onUse(each)} />
          ))}
          {drafts.data.drafts.length === 0 ? <EmptyNote title={t("draft.none")} /> : null}
        </section>
      ) : null}
    </form>
  );
}

interface ChoiceProps {
  label: string;
  kind: "offer" | "signal";
  value: string;
  onChange(value: string): void;
}

function Choice({ label, kind, value, onChange }: ChoiceProps) {
  const { t } = useTranslation();
  const choices = useQuery(choicesOptions(kind));
  return (
    <Line label={label}>
      {(id) => (
        <Select
          id={id}
          value={value}
          onChange={onChange}
          options={[{ value: "", label: t("draft.no") }, ...(choices.data ?? [])]}
        />
      )}
    </Line>
  );
}

function Line({ label, children }: { label: string; children: (id: string) => React.ReactNode }) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  );
}
