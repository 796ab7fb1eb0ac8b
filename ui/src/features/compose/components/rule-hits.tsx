/** What the words break: which phrase, why, what to do, by which source; and the way to an exception. */
import { Button, Input } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Note } from "@/shared/parts/note";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { type Check, type Hit, useException } from "../api/contents";
import styles from "./contents.module.css";

interface RuleHitsProps {
  check: Check;
  /** Null while the content was never published: an exception belongs to one that exists. */
  contentId: string | null;
}

export function RuleHits({ check, contentId }: RuleHitsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (check.hits.length === 0 && check.problems.length === 0) {
    return <Note tone="good" title={t("content.fine")} />;
  }
  return (
    <div className={styles.hits}>
      {check.problems.map((each) => (
        <Note key={each.code + each.variable} tone="harm" title={format.say(each.says)} />
      ))}
      {check.hits.map((hit) => (
        <HitNote
          key={`${hit.rule.id}${hit.language}${hit.part}${hit.start}${hit.quote}`}
          hit={hit}
          contentId={contentId}
        />
      ))}
    </div>
  );
}

function HitNote({ hit, contentId }: { hit: Hit; contentId: string | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const tone = hit.exemption ? "good" : hit.blocks ? "harm" : "decide";
  return (
    <Note
      tone={tone}
      title={
        <>
          {hit.quote ? <q className={styles.quote}>{hit.quote}</q> : null} {format.say(hit.says)}
        </>
      }
    >
      {hit.exemption ? (
        <p>{t("content.excused", { evidence: hit.exemption.evidence, by: hit.exemption.by })}</p>
      ) : (
        <p>{format.say(hit.rule.next)}</p>
      )}
      <p className={styles.source}>
        {t("content.source", { id: hit.rule.id, source: hit.rule.source, day: hit.rule.checked_at })}
      </p>
      {hit.rule.excusable && !hit.exemption && contentId !== null ? (
        <ExceptionForm hit={hit} contentId={contentId} />
      ) : null}
    </Note>
  );
}

function ExceptionForm({ hit, contentId }: { hit: Hit; contentId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const field = useId();
  const [open, setOpen] = useState(false);
  const [evidence, setEvidence] = useState("");
  const exempt = useException(contentId);
  if (!open) {
    return (
      <Button size="small" onClick={() => setOpen(true)}>
        {t("content.except")}
      </Button>
    );
  }
  return (
    <form
      className={styles.exception}
      onSubmit={(event) => {
        event.preventDefault();
        exempt.mutate({ rule: hit.rule.id, quote: hit.quote, evidence });
      }}
    >
      <label htmlFor={field}>{t("content.evidence", { kinds: format.say(hit.rule.excuses) })}</label>
      <Input.TextArea
        id={field}
        value={evidence}
        maxLength={2000}
        autoSize={{ minRows: 2 }}
        onChange={(event) => setEvidence(event.target.value)}
      />
      {exempt.isError ? <ErrorNote error={exempt.error} /> : null}
      <Button htmlType="submit" size="small" loading={exempt.isPending} disabled={evidence.trim() === ""}>
        {t("content.exceptSave")}
      </Button>
    </form>
  );
}
