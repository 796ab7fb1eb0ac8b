/** One person's way, step by step: when, until when, which way, and what the gate says of each message. */
import type { UseQueryResult } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Note } from "@/shared/parts/note";
import { Waiting } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import type { Trial, TrialMessage, TrialStep } from "../api/trials";
import { useEditor } from "../editor";
import { stepOf, waysOf } from "../model/draft";
import styles from "./trial.module.css";

const PASSED = new Set(["queued", "deferred"]);

interface TrialPersonProps {
  query: UseQueryResult<Trial>;
  /** Try as if the person had never been in it; null where that is so already. */
  onAnew: (() => void) | null;
}

export function TrialPerson({ query, onAnew }: TrialPersonProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (query.isError || !query.data) return <Waiting query={query} lines={8} />;
  const { refused_said: refused, standing, steps, messages, end, end_said: said, ended } = query.data;
  const anew =
    onAnew && (refused || standing) ? (
      <Button size="small" onClick={onAnew}>
        {t("trial.anew")}
      </Button>
    ) : null;
  if (refused) {
    return (
      <Note tone="decide" title={t("trial.refused", { why: format.say(refused) })}>
        {anew}
      </Note>
    );
  }
  return (
    <section aria-label={t("trial.way")} aria-busy={query.isPlaceholderData}>
      {standing ? (
        <p className={styles.standing}>
          {t("trial.standing")} {anew}
        </p>
      ) : null}
      <ol className={styles.way}>
        {steps.map((step) => (
          <StepRow
            key={`${step.at} ${step.node}`}
            step={step}
            messages={messages.filter((each) => each.node === step.node && each.at === step.at)}
          />
        ))}
      </ol>
      {said ? (
        <p className={styles.end} data-end={end}>
          {ended ? <time dateTime={ended}>{format.moment(ended)}</time> : null} {format.say(said)}
        </p>
      ) : null}
    </section>
  );
}

function StepRow({ step, messages }: { step: TrialStep; messages: readonly TrialMessage[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { draft, tell, select } = useEditor();
  const defined = stepOf(draft, step.node);
  const way = defined ? waysOf(defined).find((each) => each.path === step.way)?.path : undefined;
  return (
    <li>
      <time dateTime={step.at}>{format.moment(step.at)}</time>
      <button type="button" className={styles.node} onClick={() => select(new Set([step.node]))}>
        {defined ? tell.step(defined) : step.node}
      </button>
      {step.way ? <span className={styles.turn}>{way ? tell.way(defined, way) : step.way}</span> : null}
      {step.until ? (
        <p className={styles.until}>{t("trial.until", { at: format.moment(step.until) })}</p>
      ) : null}
      {messages.map((message) => (
        <MessageRow key={`${message.channel} ${message.content}`} message={message} />
      ))}
    </li>
  );
}

function MessageRow({ message }: { message: TrialMessage }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { parts } = useEditor();
  const passed = PASSED.has(message.state);
  return (
    <div className={styles.message} data-passed={passed}>
      <p>
        {message.state === "queued" ? t("trial.sends") : format.say(message.said)}
        {message.leaves && message.leaves !== message.at
          ? ` ${t("trial.leaves", { at: format.moment(message.leaves) })}`
          : ""}
      </p>
      {message.shown && passed ? <parts.Seen preview={message.shown} /> : null}
    </div>
  );
}
