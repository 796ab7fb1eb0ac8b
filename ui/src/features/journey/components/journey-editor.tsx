/** One journey in two views that are always in step: the canvas, and the list of when and then. */
import { PlayCircleOutlined, RedoOutlined, SettingOutlined, UndoOutlined } from "@ant-design/icons";
import { Button, type InputRef, Segmented, Select } from "antd";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLook } from "@/shared/appearance";
import { Page } from "@/shared/parts/page";
import { Skeleton } from "@/shared/parts/shown";
import { SideDrawer } from "@/shared/parts/side-drawer";
import type { JourneyReport, Written } from "../api/journeys";
import { EditorContext, type Mark, type Parts } from "../editor";
import { difference } from "../model/difference";
import { type Draft, emptyDraft, stepOf } from "../model/draft";
import { same } from "../model/history";
import { useJourney } from "../use-journey";
import styles from "./journey-editor.module.css";
import { ProblemList } from "./problems";
import { Publish } from "./publish";
import { RuleList } from "./rule-list";
import { Search } from "./search";
import { SettingsForm } from "./settings-form";
import { StepForm } from "./step-form";
import { TrialPanel, type Tried } from "./trial";

const Canvas = lazy(async () => ({ default: (await import("./canvas")).Canvas }));

interface JourneyEditorProps {
  journeyId: string;
  /** What is published; null for a new journey. */
  saved: Written | null;
  report: JourneyReport | null;
  parts: Parts;
  /** An older version to hold the draft against. */
  compared: Written | null;
  onCompare(version: number | null): void;
  /** A new journey has its first version. */
  onPublished(): void;
  /** Asks before a draft is left that nobody has published. */
  useGuard(dirty: boolean): void;
}

export function JourneyEditor(props: JourneyEditorProps) {
  const { t } = useTranslation();
  const { narrow } = useLook();
  const { saved, report, compared, useGuard } = props;
  const [base, setBase] = useState(saved);
  const [view, setView] = useState<"canvas" | "list">(narrow ? "list" : "canvas");
  const [counted, setCounted] = useState<number | null>(report?.versions[0]?.version ?? null);
  const finder = useRef<InputRef>(null);
  const version = report?.versions.find((each) => each.version === counted);
  const counts = useMemo(() => new Map(version?.nodes.map((node) => [node.id, node])), [version]);
  const marksOf = useCallback(
    (draft: Draft) => marksAgainst(compared?.body ?? base?.body, draft),
    [compared, base],
  );
  const { editor, press, copy, remove, mendAll, canUndo, canRedo } = useJourney(
    props.journeyId,
    saved?.body ?? emptyDraft(t("journey.newName")),
    props.parts,
    counts,
    marksOf,
  );
  const { draft, move, opened, open } = editor;
  const dirty = base === null ? canUndo : !same(base.body, draft);
  useGuard(dirty);
  // Only once nothing is left unpublished: the guard would ask otherwise.
  const { onPublished } = props;
  const made = saved === null && base !== null;
  useEffect(() => {
    if (made) onPublished();
  }, [made, onPublished]);
  const [tried, setTried] = useState<Tried | null>(null);
  const shown = { ...editor, trail: tried?.trail ?? null, counts: tried?.counts ?? editor.counts };
  const inside = report?.versions.reduce((sum, each) => sum + each.inside, 0) ?? 0;
  const step = opened?.what === "step" ? stepOf(draft, opened.id) : undefined;
  const versions = report?.versions.map((each) => each.version) ?? [];
  const onKey = (event: React.KeyboardEvent) => press(event, () => finder.current?.focus());
  return (
    <EditorContext value={shown}>
      <Page
        title={draft.name}
        lead={base ? t("audience.version", { version: base.version }) : t("journey.noneHow")}
        action={<Publish journeyId={props.journeyId} base={base} inside={inside} onBase={setBase} />}
      >
        <div className={styles.bar}>
          <Segmented
            aria-label={t("journey.view")}
            value={view}
            onChange={setView}
            options={(narrow ? (["list", "canvas"] as const) : (["canvas", "list"] as const)).map(
              (value) => ({
                value,
                label: t(`journey.views.${value}`),
              }),
            )}
          />
          <span className={styles.pair}>
            <Button
              type="text"
              icon={<UndoOutlined />}
              aria-label={t("journey.undo")}
              aria-keyshortcuts="Control+Z"
              disabled={!canUndo}
              onClick={() => move({ kind: "undo" })}
            />
            <Button
              type="text"
              icon={<RedoOutlined />}
              aria-label={t("journey.redo")}
              aria-keyshortcuts="Control+Y"
              disabled={!canRedo}
              onClick={() => move({ kind: "redo" })}
            />
          </span>
          <Search field={finder} />
          {versions.length > 0 ? (
            <Select<number>
              aria-label={t("journey.numbers")}
              value={counted ?? 0}
              onChange={(next) => setCounted(next || null)}
              popupMatchSelectWidth={false}
              options={[
                { value: 0, label: t("journey.noNumbers") },
                ...versions.map((each) => ({
                  value: each,
                  label: t("journey.numbersOf", { version: each }),
                })),
              ]}
            />
          ) : null}
          {versions.length > 1 ? (
            <Select<number>
              aria-label={t("journey.compare")}
              value={compared?.version ?? 0}
              onChange={(next) => props.onCompare(next || null)}
              popupMatchSelectWidth={false}
              options={[
                { value: 0, label: t("journey.noCompare") },
                ...versions
                  .filter((each) => each !== base?.version)
                  .map((each) => ({ value: each, label: t("journey.compareWith", { version: each }) })),
              ]}
            />
          ) : null}
          <Button icon={<PlayCircleOutlined />} onClick={() => open({ what: "trial" })}>
            {t("trial.open")}
          </Button>
          <Button icon={<SettingOutlined />} onClick={() => open({ what: "settings" })}>
            {t("journey.settings")}
          </Button>
        </div>
        <ProblemList mendAll={mendAll} />
        {view === "list" ? (
          // biome-ignore lint/a11y/noStaticElementInteractions: it only listens for keys pressed on the lines inside.
          <div onKeyDown={onKey}>
            <RuleList />
          </div>
        ) : (
          <Suspense fallback={<Skeleton lines={10} />}>
            <Canvas onKey={onKey} />
          </Suspense>
        )}
      </Page>
      <SideDrawer
        open={opened?.what === "settings"}
        side="right"
        title={t("journey.settings")}
        onClose={() => open(null)}
      >
        <SettingsForm />
      </SideDrawer>
      <SideDrawer
        open={opened?.what === "trial"}
        side="right"
        title={t("trial.title")}
        onClose={() => open(null)}
      >
        <TrialPanel journeyId={props.journeyId} published={base !== null && !dirty} onTried={setTried} />
      </SideDrawer>
      <SideDrawer
        open={step !== undefined}
        side="right"
        title={step ? editor.tell.kind(step.kind) : ""}
        onClose={() => open(null)}
      >
        {step ? (
          <StepForm
            key={step.id}
            step={step}
            onCopy={() => copy(new Set([step.id]))}
            onRemove={() => remove([step.id])}
          />
        ) : null}
      </SideDrawer>
    </EditorContext>
  );
}

function marksAgainst(before: Draft | undefined, draft: Draft): ReadonlyMap<string, Mark> {
  if (!before) return new Map();
  const between = difference(before, draft);
  return new Map<string, Mark>([
    ...between.added.map((id): [string, Mark] => [id, "added"]),
    ...between.changed.map((id): [string, Mark] => [id, "changed"]),
  ]);
}
