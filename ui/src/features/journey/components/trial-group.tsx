/** What becomes of a group that enters now: who is let in, what the gate says, how they leave; ways are on the canvas. */
import type { UseQueryResult } from "@tanstack/react-query";
import { Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Waiting } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import type { GroupTrial } from "../api/trials";
import { useEditor } from "../editor";
import { stepOf } from "../model/draft";
import drawer from "./drawer.module.css";
import styles from "./trial.module.css";

interface TrialGroupProps {
  query: UseQueryResult<GroupTrial>;
  /** Whether the trigger says for whom. */
  named: boolean;
  audience: string;
  onAudience(audience: string): void;
}

export function TrialGroup({ query, named, audience, onAudience }: TrialGroupProps) {
  const { t } = useTranslation();
  const { parts } = useEditor();
  const field = useId();
  return (
    <>
      <div className={drawer.field}>
        <label htmlFor={field}>{t("trial.group")}</label>
        <Select
          id={field}
          showSearch={{ optionFilterProp: "label" }}
          placeholder={t("step.choose")}
          value={audience || (named ? "" : null)}
          onChange={onAudience}
          options={[...(named ? [{ value: "", label: t("trial.ofTrigger") }] : []), ...parts.named.audience]}
        />
      </div>
      {named || audience !== "" ? <Counted query={query} /> : null}
    </>
  );
}

function Counted({ query }: { query: UseQueryResult<GroupTrial> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { draft, tell } = useEditor();
  if (query.isError || !query.data) return <Waiting query={query} lines={8} />;
  const { people, tried, entered, refused, ends, nodes } = query.data;
  const asking = nodes.filter((node) => node.gate.length > 0);
  return (
    <section aria-label={t("trial.counted")} aria-busy={query.isPlaceholderData}>
      <p className={styles.total}>
        {t("trial.entered", { people: format.people(people), entered: format.people(entered) })}
      </p>
      {tried < people ? (
        <p className={drawer.hint}>{t("trial.sampled", { tried: format.people(tried) })}</p>
      ) : null}
      <Lines title={t("trial.notIn")} lines={refused} />
      {asking.map((node) => {
        const step = stepOf(draft, node.id);
        return (
          <Lines
            key={node.id}
            title={step ? tell.step(step) : node.id}
            lines={node.gate.map((each) => ({ ...each, reason: `${each.state} ${each.reason}` }))}
          />
        );
      })}
      <Lines title={t("trial.ends")} lines={ends} />
    </section>
  );
}

interface LinesProps {
  title: string;
  lines: readonly { reason: string; said: { zh: string; en: string }; people: number }[];
}

function Lines({ title, lines }: LinesProps) {
  const format = useFormat();
  if (lines.length === 0) return null;
  return (
    <>
      <h3 className={styles.title}>{title}</h3>
      <dl className={styles.lines}>
        {lines.map(({ reason, said, people }) => (
          <div key={reason}>
            <dt>{format.say(said)}</dt>
            <dd>{format.people(people)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
