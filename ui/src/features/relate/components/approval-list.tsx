/** What waits for a yes: what it would do, for how many, for how much; approve, or refuse with a reason. */
import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Badge, type Tone } from "@/shared/parts/note";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { type Approval, useAnswer } from "../api/approvals";
import styles from "./approvals.module.css";

const tones: Record<Approval["status"], Tone> = { waits: "decide", approved: "good", refused: "harm" };

export function ApprovalList({ approvals }: { approvals: Approval[] }) {
  return (
    <ul className={styles.list}>
      {approvals.map((each) => (
        <li key={each.id} className={styles.approval}>
          <What approval={each} />
          {each.status === "waits" ? <Answer approval={each} /> : <Answered approval={each} />}
        </li>
      ))}
    </ul>
  );
}

export interface Words {
  id: string;
  name: string;
  excerpt: string;
}

/** Contents whose words wait for an approval: read and answered where they are written. */
export function WordsWaiting({ contents }: { contents: Words[] }) {
  const { t } = useTranslation();
  return (
    <ul className={styles.list}>
      {contents.map((each) => (
        <li key={each.id} className={styles.approval}>
          <div className={styles.what}>
            <Link to={`/contents/${encodeURIComponent(each.id)}`}>{each.name}</Link>
            <span className={styles.quiet}>{each.excerpt}</span>
          </div>
          <div className={styles.answer}>
            <Badge tone="decide">{t("work.wordsWait")}</Badge>
          </div>
        </li>
      ))}
    </ul>
  );
}

function What({ approval }: { approval: Approval }) {
  const { t } = useTranslation();
  const format = useFormat();
  const to = approval.plan_id ? `/goals/${approval.plan_id}` : "/journeys";
  return (
    <div className={styles.what}>
      <Link to={to}>{approval.name}</Link>
      <span className={styles.quiet}>
        {t(approval.plan_id ? "work.wouldLaunch" : "work.wouldPublish", {
          people: format.number(approval.people),
          amount: format.money(approval.amount),
        })}
      </span>
      <span className={styles.quiet}>
        {t("work.askedBy", {
          at: format.moment(approval.asked_at),
          by: who(approval.asked_by, t("work.terminal")),
        })}
      </span>
    </div>
  );
}

function Answer({ approval }: { approval: Approval }) {
  const { t } = useTranslation();
  const answer = useAnswer(approval.id);
  const [refusing, setRefusing] = useState(false);
  const [reason, setReason] = useState("");
  return (
    <div className={styles.answer}>
      {refusing ? (
        <Input.TextArea
          autoFocus
          aria-label={t("work.refuseWhy")}
          placeholder={t("work.refuseWhy")}
          autoSize={{ minRows: 2, maxRows: 4 }}
          maxLength={4000}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      ) : null}
      <div className={styles.aside}>
        {refusing ? (
          <>
            <Button
              danger
              disabled={!reason.trim()}
              loading={answer.isPending}
              onClick={() => answer.mutate({ approved: false, reason: reason.trim() })}
            >
              {t("work.refuse")}
            </Button>
            <Button onClick={() => setRefusing(false)}>{t("common.notYet")}</Button>
          </>
        ) : (
          <>
            <Button
              type="primary"
              loading={answer.isPending}
              onClick={() => answer.mutate({ approved: true, reason: "" })}
            >
              {t("work.approve")}
            </Button>
            <Button onClick={() => setRefusing(true)}>{t("work.refuse")}</Button>
          </>
        )}
      </div>
      {answer.isError ? <ErrorNote error={answer.error} /> : null}
    </div>
  );
}

function Answered({ approval }: { approval: Approval }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className={styles.answer}>
      <Badge tone={tones[approval.status]}>{t(`work.approval.${approval.status}`)}</Badge>
      <span className={styles.quiet}>
        {approval.answered_at
          ? t("work.answeredBy", {
              at: format.moment(approval.answered_at),
              by: who(approval.answered_by, t("work.terminal")),
            })
          : ""}
      </span>
      {approval.reason ? <q className={styles.quiet}>{approval.reason}</q> : null}
    </div>
  );
}

/** Return an actor's own name: `person:li@shop.cn` is li@shop.cn, and the command line has one in words. */
function who(actor: string, terminal: string): string {
  return actor === "person:cli" ? terminal : actor.slice(actor.indexOf(":") + 1);
}
