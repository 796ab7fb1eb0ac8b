/** One draft: how it reads, what stands against it, and the button that takes it. */
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Badge } from "@/shared/parts/note";
import type { Draft } from "../api/drafts";
import { readable } from "../model/words";
import shared from "./contents.module.css";
import styles from "./drafts.module.css";
import { RuleHits } from "./rule-hits";

export function DraftCard({ draft, onUse }: { draft: Draft; onUse(): void }) {
  const { t } = useTranslation();
  const { check, content } = draft;
  const subject = String(content.subject ?? "");
  const sms = check.sms[0];
  const body = sms?.text || readable(String(content.body ?? ""), content.format === "mjml");
  return (
    <article className={styles.draft}>
      <div className={shared.bar}>
        <Badge tone="plain">{t(`draft.tones.${draft.tone}`)}</Badge>
        {sms ? (
          <span className={shared.about}>
            {t("content.segments", { count: sms.segments, characters: sms.characters, left: sms.left })}
          </span>
        ) : null}
      </div>
      {subject ? <b>{subject}</b> : null}
      <div className={styles.words}>{body}</div>
      {draft.open.length > 0 ? <p>{t("draft.open", { names: draft.open.join("、") })}</p> : null}
      {draft.proposed ? <p>{t("draft.proposed", { text: draft.proposed })}</p> : null}
      {check.verdict === "fine" ? null : <RuleHits check={check} contentId={null} />}
      <Button onClick={onUse}>{t("draft.use")}</Button>
    </article>
  );
}
