/** Left what is written and what it breaks, right the message as a real person gets it. */
import { App, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Badge } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { ErrorNote, Waiting } from "@/shared/parts/shown";
import { useSettled } from "@/shared/use-settled";
import { type ContentShown, useCheck, useSave } from "../api/contents";
import { isEmpty, languagesOf, published, saidIn, type Written, withDraft } from "../model/words";
import { Approval } from "./approval";
import { stateTones } from "./content-list";
import styles from "./contents.module.css";
import { DraftDrawer } from "./draft-drawer";
import { History } from "./history";
import { PagePane, PagePlace } from "./page-pane";
import { PreviewPane } from "./preview-pane";
import { RuleHits } from "./rule-hits";
import { WordsForm } from "./words-form";

const PAUSE_MS = 350;

interface ContentEditorProps {
  start: Written;
  channels: Record<string, { [name: string]: unknown }>;
  /** Null for a new content. */
  shown: ContentShown | null;
}

export function ContentEditor({ start, channels, shown }: ContentEditorProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const [words, setWords] = useState(start);
  const [chosen, setChosen] = useState(start.language);
  const [drafting, setDrafting] = useState(false);
  const [before, setBefore] = useState<Written | null>(null);
  const language = languagesOf(words).includes(chosen) ? chosen : words.language;
  const settled = useSettled(words, PAUSE_MS);
  const check = useCheck(published(settled));
  const save = useSave();
  const changed = JSON.stringify(published(words)) !== JSON.stringify(published(start));
  const page = words.format === "page";
  const empty = isEmpty(words);
  const action = (
    <Button
      type="primary"
      size="large"
      disabled={empty || (shown !== null && !changed)}
      loading={save.isPending}
      onClick={() =>
        save.mutate(published(words), {
          onSuccess: () => {
            void message.success(t("content.saved"));
            if (!shown) void navigate(`/contents/${encodeURIComponent(words.id)}`, { replace: true });
          },
        })
      }
    >
      {t(shown && !changed ? "content.noChange" : "content.save")}
    </Button>
  );
  const title = words.name || (shown ? words.subject || words.id : t("content.new"));
  const lead = shown ? (
    <span className={styles.bar}>
      <Badge tone={stateTones[shown.row.state]}>{t(`content.states.${shown.row.state}`)}</Badge>
      {shown.row.used_in.length > 0
        ? t("content.usedIn", { names: [...new Set(shown.row.used_in.map((each) => each.name))].join("、") })
        : t("content.unused")}
    </span>
  ) : (
    t("content.newLead")
  );
  return (
    <Page title={title} lead={lead} action={action}>
      {save.isError ? <ErrorNote error={save.error} /> : null}
      <div className={styles.columns}>
        <div className={styles.column}>
          <Card
            title={t("content.words")}
            aside={
              <span className={styles.bar}>
                {before ? (
                  <Button
                    type="text"
                    onClick={() => {
                      setWords(before);
                      setBefore(null);
                    }}
                  >
                    {t("draft.undo")}
                  </Button>
                ) : null}
                {page ? null : <Button onClick={() => setDrafting(true)}>{t("draft.ask")}</Button>}
              </span>
            }
          >
            <WordsForm {...{ words, channels, language }} onLanguage={setChosen} onChange={setWords} />
          </Card>
          <Card title={t("content.rules")}>
            {empty ? (
              <p className={styles.about}>{t("content.nothingYet")}</p>
            ) : check.data ? (
              <RuleHits check={check.data} contentId={shown ? words.id : null} />
            ) : (
              <Waiting query={check} lines={2} />
            )}
          </Card>
        </div>
        <div className={styles.column}>
          <Card title={t("content.preview")}>
            {empty ? (
              <p className={styles.about}>{t("content.nothingYet")}</p>
            ) : (
              <LookPane page={page} content={inLanguage(settled, language)} />
            )}
          </Card>
          {shown ? (
            <>
              {page ? <PagePlace contentId={words.id} version={shown.row.version} /> : null}
              <Card title={t("content.approval")}>
                <Approval shown={shown} />
              </Card>
              <Card title={t("content.history")}>
                <History shown={shown} onReverted={() => void navigate(0)} />
              </Card>
            </>
          ) : null}
        </div>
      </div>
      <DraftDrawer
        open={drafting}
        known={{ channel: words.channel, language: language === "en" ? "en" : "zh-CN" }}
        onClose={() => setDrafting(false)}
        onUse={(draft) => {
          setBefore(words);
          setWords(withDraft(words, language, draft.content));
          setDrafting(false);
        }}
      />
    </Page>
  );
}

function LookPane({ page, content }: { page: boolean; content: Record<string, unknown> }) {
  return page ? <PagePane content={content} /> : <PreviewPane content={content} />;
}

/** The content in the one language that is being written: its reader may speak another. */
function inLanguage(words: Written, language: string): Record<string, unknown> {
  return published({ ...words, ...saidIn(words, language), language, translations: {} });
}
