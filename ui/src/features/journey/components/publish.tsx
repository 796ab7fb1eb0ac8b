/** Publishing: what changes, what becomes of people inside, and what to do where somebody else was first. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Modal, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/shared/api/answer";
import { Note } from "@/shared/parts/note";
import { ErrorNote, Skeleton } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { publishJourney, readWritten, type Written } from "../api/journeys";
import { useEditor } from "../editor";
import { difference, isNothing, merged } from "../model/difference";
import type { Draft } from "../model/draft";
import { lackingOf } from "../model/field";
import { triggerOf } from "../model/triggers";
import { ChangesShown } from "./changes-shown";
import styles from "./journey-editor.module.css";

const STAYS = ["finish", "migrate", "leave"] as const;
type Stay = (typeof STAYS)[number];

interface PublishProps {
  journeyId: string;
  /** What the draft was begun from; null for a new journey. */
  base: Written | null;
  inside: number;
  onBase(base: Written): void;
}

export function Publish({ journeyId, base, inside, onBase }: PublishProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const { draft, tell, problems, move } = useEditor();
  const [stay, setStay] = useState<Stay>("finish");
  const wrong = problems.filter((each) => each.severity === "error").length;
  const [asking, setAsking] = useState(false);
  const next = (base?.version ?? 0) + 1;
  const publish = useMutation({
    mutationFn: async (version: number) => {
      const body = { ...draft, inside: stay };
      return { ...(await publishJourney(journeyId, body, version)), body };
    },
    onSuccess: async ({ version, body }) => {
      setAsking(false);
      move({ kind: "become", draft: body });
      onBase({ version, body });
      await queries.invalidateQueries({ queryKey: ["journeys"] });
      void message.success(t("journey.published", { version }));
    },
  });
  const between = base ? difference(base.body, draft) : null;
  const unchanged = between !== null && isNothing(between);
  const lacking =
    draft.nodes.filter((step) => tell.lacks(step) !== null).length +
    (lackingOf(triggerOf(draft.trigger.on)?.fields ?? [], draft.trigger).length > 0 ? 1 : 0);
  const first = publish.error instanceof ApiError && publish.error.view.code === "conflict";
  return (
    <>
      <Button
        type="primary"
        size="large"
        disabled={unchanged || lacking > 0 || wrong > 0}
        title={
          unchanged
            ? t("journey.unchanged")
            : lacking > 0
              ? t("journey.lacking", { count: lacking })
              : wrong > 0
                ? t("journey.problems.errors", { count: wrong })
                : undefined
        }
        onClick={() => {
          publish.reset();
          setStay("finish");
          setAsking(true);
        }}
      >
        {t("journey.publish")}
      </Button>
      <Modal
        open={asking}
        onCancel={() => setAsking(false)}
        title={first ? t("journey.conflict", { version: next }) : t("journey.publishAs", { version: next })}
        footer={first ? null : undefined}
        okText={t("journey.publish")}
        cancelText={t("common.notYet")}
        okButtonProps={{ loading: publish.isPending }}
        onOk={() => publish.mutate(next)}
        width={560}
        destroyOnHidden
      >
        <div className={styles.asked}>
          {first && base ? (
            <Conflict
              journeyId={journeyId}
              base={base}
              pending={publish.isPending}
              onBase={(theirs) => {
                onBase(theirs);
                setAsking(false);
              }}
              onOver={(version) => publish.mutate(version)}
            />
          ) : (
            <>
              {publish.isError ? <ErrorNote error={publish.error} /> : null}
              {base && between ? (
                <ChangesShown between={between} before={base.body} after={draft} tell={tell} />
              ) : null}
              {inside > 0 ? (
                <fieldset className={styles.stays}>
                  <legend>{t("journey.peopleInside", { people: format.people(inside) })}</legend>
                  <Radio.Group
                    vertical
                    value={stay}
                    onChange={(event) => setStay(event.target.value)}
                    options={STAYS.map((each) => ({ value: each, label: t(`journey.staying.${each}`) }))}
                  />
                </fieldset>
              ) : null}
            </>
          )}
        </div>
      </Modal>
    </>
  );
}

interface ConflictProps {
  journeyId: string;
  base: Written;
  pending: boolean;
  onBase(theirs: Written): void;
  onOver(version: number): void;
}

/** Three ways out, none of which loses anything without saying so. */
function Conflict({ journeyId, base, pending, onBase, onOver }: ConflictProps) {
  const { t } = useTranslation();
  const { draft, tell, move } = useEditor();
  const newest = useQuery({
    queryKey: ["journeys", journeyId, "conflict", base.version],
    queryFn: () => readWritten(journeyId, null),
    gcTime: 0,
  });
  if (newest.isError) return <ErrorNote error={newest.error} retry={() => void newest.refetch()} />;
  if (!newest.data) return <Skeleton lines={5} />;
  const theirs = newest.data;
  const both = merged(base.body, draft, theirs.body);
  const take = (body: Draft) => {
    move({ kind: "become", draft: body });
    onBase(theirs);
  };
  return (
    <>
      <p>{t("journey.conflictLead", { base: base.version })}</p>
      <h3>{t("journey.theirs")}</h3>
      <ChangesShown
        between={difference(base.body, theirs.body)}
        before={base.body}
        after={theirs.body}
        tell={tell}
      />
      <h3>{t("journey.mine")}</h3>
      <ChangesShown between={difference(base.body, draft)} before={base.body} after={draft} tell={tell} />
      {both === null ? <Note tone="decide" title={t("journey.mergeNot")} /> : null}
      {both && both.clashes.length > 0 ? (
        <Note
          tone="decide"
          title={t("journey.mergeClash", { count: both.clashes.length, names: both.clashes.join(", ") })}
        />
      ) : null}
      <div className={styles.choices}>
        {both ? (
          <Button type="primary" title={t("journey.mergeHow")} onClick={() => take(both.draft)}>
            {t("journey.merge")}
          </Button>
        ) : null}
        <Button onClick={() => take(theirs.body)}>{t("journey.takeTheirs")}</Button>
        <Button danger loading={pending} onClick={() => onOver(theirs.version + 1)}>
          {t("journey.keepMine")}
        </Button>
      </div>
    </>
  );
}
