/** Records that lie in quarantine for one reason: what is wrong, samples, a way to mend them, and the way out. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Note } from "@/shared/parts/note";
import { Card, Details } from "@/shared/parts/page";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { type Group, replay } from "../api/quarantine";
import { mendingOf, nothing, readProblem } from "../model/mending";
import styles from "./data.module.css";
import { MendingForm } from "./mending-form";
import own from "./quarantine-group.module.css";

export function QuarantineGroup({ group, onDone }: { group: Group; onDone(sentence: string): void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const [draft, setDraft] = useState(nothing);
  const mending = mendingOf(draft);
  const rehearse = useMutation({ mutationFn: () => replay(group, mending, true) });
  const release = useMutation({
    mutationFn: () => replay(group, mending, false),
    onSuccess: async (done) => {
      onDone(format.say(done.sentence));
      await queries.invalidateQueries({ queryKey: ["data"] });
    },
  });
  const source = group.sender.replace(/^key:/, "");
  const failed = release.error ?? rehearse.error;
  const meaning = format.say(group.meaning);
  return (
    <Card
      title={`${meaning.charAt(0).toUpperCase()}${meaning.slice(1)} · ${t("data.records", { records: format.people(group.records) })}`}
      aside={
        <span className={styles.under}>
          {t("data.between", {
            source,
            from: format.moment(group.first_at),
            to: format.moment(group.last_at),
          })}
        </span>
      }
    >
      <div className={`${styles.group} ${own.tight}`}>
        <Tallies group={group} />
        {group.mendable ? (
          <>
            <Samples group={group} />
            <Details summary={t("data.mend")}>
              <MendingForm group={group} draft={draft} onChange={setDraft} />
            </Details>
            {rehearse.data && !release.data ? (
              <Note tone="plain" title={format.say(rehearse.data.sentence)} role="status" />
            ) : null}
            {failed ? <ErrorNote error={failed} /> : null}
            <div className={styles.buttons}>
              <Button type="primary" loading={release.isPending} onClick={() => release.mutate()}>
                {t("data.replay")}
              </Button>
              <Button loading={rehearse.isPending} onClick={() => rehearse.mutate()}>
                {t("data.rehearse")}
              </Button>
              {group.reason.endsWith("_plan") ? <Link to="/data/plan">{t("data.toPlan")}</Link> : null}
            </div>
          </>
        ) : (
          <p className={styles.quiet}>{t("data.notMendable")}</p>
        )}
      </div>
    </Card>
  );
}

function Tallies({ group }: { group: Group }) {
  const { t } = useTranslation();
  const format = useFormat();
  const told = (problem: string) => {
    const read = readProblem(problem);
    if (read === null) return problem;
    const type = read.type === null ? "" : t(`data.type.${read.type}`);
    return t(`data.problem.${read.kind}`, { field: read.field, type });
  };
  const all = [...group.events, ...group.problems.map(({ name, count }) => ({ name: told(name), count }))];
  if (all.length === 0) return null;
  return (
    <ul className={styles.tallies}>
      {all.map(({ name, count }) => (
        <li key={name}>
          {name} · {format.people(count)}
        </li>
      ))}
    </ul>
  );
}

function Samples({ group }: { group: Group }) {
  const { t } = useTranslation();
  const readable = group.samples.filter((sample) => sample.text !== "");
  const first = readable[0];
  if (first === undefined) return <p className={styles.quiet}>{t("data.noSample")}</p>;
  return (
    <Details summary={t("data.samples", { count: readable.length })}>
      <div className={styles.lines}>
        <p className={styles.quiet}>{t("data.masked")}</p>
        {readable.map((sample) => (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
          <pre key={sample.id} className={styles.sample} tabIndex={0}>
            {sample.text}
          </pre>
        ))}
      </div>
    </Details>
  );
}
