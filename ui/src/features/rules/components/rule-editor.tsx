/** One set of rules: the form, what it means in sentences that follow the typing, and how it came to be so. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Note } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { ErrorNote, Shown } from "@/shared/parts/shown";
import { useSettled } from "@/shared/use-settled";
import { useFormat } from "@/shared/words/use-format";
import { type RuleSet, sheetOptions, weighedOptions } from "../api/rules";
import { Meanings } from "./meanings";
import styles from "./rules.module.css";
import { Steps } from "./steps";

const PAUSE_MS = 300;

interface RuleEditorProps<R> {
  set: RuleSet<R>;
  title: string;
  lead: ReactNode;
  useGuard(dirty: boolean): void;
  form(rules: R, change: (more: Partial<R>) => void, fixed: boolean): ReactNode;
  /** What else bounds the same thing, under the form. */
  beside?: ReactNode;
}

export function RuleEditor<R extends object>(props: RuleEditorProps<R>) {
  const { set, title, lead, useGuard, form, beside } = props;
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const sheet = useQuery(sheetOptions(set));
  const [draft, setDraft] = useState<R | null>(null);
  const settled = useSettled(draft, PAUSE_MS);
  const weighing = useQuery({ ...weighedOptions(set, settled as R), enabled: settled !== null });
  const weighed = draft === null ? undefined : weighing.data;
  useGuard(draft !== null);
  const save = useMutation({
    mutationFn: (rules: R) => set.put({ rules, version: sheet.data?.version ?? 0 }),
    onSuccess: (saved) => {
      queries.setQueryData(sheetOptions(set).queryKey, saved);
      setDraft(null);
    },
    // Somebody may have been quicker: what they set is read, and the draft stays.
    onError: () => queries.invalidateQueries({ queryKey: sheetOptions(set).queryKey }),
  });
  const change = (more: Partial<R>) => {
    save.reset();
    setDraft((before) => ({ ...(before ?? (sheet.data?.rules as R)), ...more }));
  };
  const mayChange = sheet.data?.may_change ?? false;
  const action = mayChange ? (
    <>
      {draft ? <Button onClick={() => setDraft(null)}>{t("rules.drop")}</Button> : null}
      <Button
        type="primary"
        disabled={draft === null || settled !== draft || Boolean(weighed?.problem)}
        loading={save.isPending}
        onClick={() => draft && save.mutate(draft)}
      >
        {t("rules.save")}
      </Button>
    </>
  ) : null;
  return (
    <Page title={title} lead={lead} action={action}>
      {save.isError ? <ErrorNote error={save.error} /> : null}
      {save.isSuccess ? <Note tone="good" title={t("rules.saved")} role="status" /> : null}
      {sheet.data && !mayChange ? <Note tone="plain" title={t("rules.fixed")} /> : null}
      <Shown query={sheet} lines={10}>
        {(found) => (
          <>
            <div className={styles.sides}>
              <div className={styles.side}>
                <Card>{form(draft ?? found.rules, change, !mayChange)}</Card>
                {beside}
              </div>
              <Card title={t(draft ? "rules.wouldMean" : "rules.means")}>
                {weighed?.problem ? (
                  <Note tone="harm" title={format.say(weighed.problem)} role="alert" />
                ) : (
                  <Meanings
                    meanings={weighed?.meanings ?? found.meanings}
                    come={weighed?.come ?? []}
                    gone={weighed?.gone ?? []}
                  />
                )}
                {draft === null && mayChange && found.version > 0 ? (
                  <Button size="small" onClick={() => change(found.usual)}>
                    {t("rules.usual")}
                  </Button>
                ) : null}
              </Card>
            </div>
            <Steps sheet={found} set={set} blocked={draft !== null} />
          </>
        )}
      </Shown>
    </Page>
  );
}
