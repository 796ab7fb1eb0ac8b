/** What the editor of journeys borrows: names of what steps may say, and the editor of conditions. */
import { useQueries, useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import {
  audienceListOptions,
  previewOptions,
  usePreview,
  vocabularyOptions,
} from "@/features/audience/api/audiences";
import { SentenceAndTree } from "@/features/audience/components/sentence-and-tree";
import { asGroup, isComplete, type Node } from "@/features/audience/model/tree";
import { useBuilder } from "@/features/audience/model/use-builder";
import { PersonPick, Seen } from "@/features/compose/components/preview-pane";
import { namedOptions } from "@/features/journey/api/journeys";
import type { Choice, Named, Parts } from "@/features/journey/editor";
import { same } from "@/features/journey/model/history";
import { Skeleton } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { useNames } from "@/shared/words/use-names";

const LABEL_CHARACTERS = 24;

/** The subject of a content, or as much of its words as tells it from others; variables say nothing here. */
function titleOf(id: string, body: Record<string, unknown>): string {
  const whole = String(body.name || body.subject || body.body || id);
  const said = whole.replaceAll(/\{[{%].*?[}%]\}[，,、\s]*/g, "").trim() || id;
  return said.length > LABEL_CHARACTERS ? `${said.slice(0, LABEL_CHARACTERS)}…` : said;
}

function nameOf(id: string, body: Record<string, unknown>): string {
  return String(body.name || id);
}

export function useNamed(): Named {
  const format = useFormat();
  const names = useNames();
  const vocabulary = useQuery(vocabularyOptions()).data;
  const audiences = useQuery(audienceListOptions()).data?.audiences;
  const channels = useQuery(namedOptions("channel")).data?.definitions;
  const contents = useQuery(namedOptions("content")).data?.definitions;
  const campaigns = useQuery(namedOptions("campaign")).data?.definitions;
  const tags = useQuery(namedOptions("tag")).data?.definitions;
  const journeys = useQuery(namedOptions("journey")).data?.definitions;
  const pools = useQuery(namedOptions("pool")).data?.definitions;
  return useMemo(() => {
    const of = (
      bodies: typeof channels,
      label: (id: string, body: Record<string, unknown>) => string,
    ): Choice[] =>
      Object.entries(bodies ?? {}).map(([value, body]) => ({ value, label: label(value, body) }));
    return {
      channel: of(channels, (id, body) => String(body.name || names.channel(id))),
      content: of(contents, titleOf),
      campaign: of(campaigns, nameOf),
      tag: of(tags, nameOf),
      journey: of(journeys, nameOf),
      pool: of(pools, nameOf),
      property: (vocabulary?.properties ?? []).map((each) => ({
        value: each.id,
        label: format.say(each.name),
      })),
      trait: (vocabulary?.traits ?? []).map((each) => ({ value: each.id, label: format.say(each.name) })),
      audience: [
        ...(audiences ?? []).map((each) => ({ value: each.audience_id, label: each.name })),
        ...(vocabulary?.signals ?? []).map((each) => ({ value: each.id, label: format.say(each.name) })),
      ],
      event: (vocabulary?.events ?? []).map((each) => ({ value: each.id, label: format.say(each.name) })),
      text: (content) => {
        const body = contents?.[content];
        return body ? [body.subject, body.body].filter(Boolean).join("\n") : null;
      },
    };
  }, [format, names, vocabulary, audiences, channels, contents, campaigns, tags, journeys, pools]);
}

function useSentences(trees: readonly unknown[]): (tree: unknown) => string | null {
  const format = useFormat();
  const whole = trees.filter((tree): tree is Node => isComplete(tree as Node));
  const said = useQueries({
    queries: whole.map((tree) => previewOptions(tree)),
    combine: useCallback(
      (results: { data?: { sentence: { zh: string; en: string } } | undefined }[]) =>
        results.map((each) => (each.data ? format.say(each.data.sentence) : null)),
      [format],
    ),
  });
  return useCallback(
    (tree: unknown) => {
      const place = whole.findIndex((each) => same(each, tree));
      return place < 0 ? null : (said[place] ?? null);
    },
    [whole, said],
  );
}

function Tree({ tree, onChange }: { tree: unknown; onChange(tree: unknown): void }) {
  const vocabulary = useQuery(vocabularyOptions());
  const audiences = useQuery(audienceListOptions());
  if (!vocabulary.data || !audiences.data) return <Skeleton lines={4} />;
  const words = { vocabulary: vocabulary.data, audiences: audiences.data.audiences };
  return <Built tree={tree} words={words} onChange={onChange} />;
}

interface BuiltProps {
  tree: unknown;
  words: Parameters<typeof SentenceAndTree>[0]["words"];
  onChange(tree: unknown): void;
}

function Built({ tree, words, onChange }: BuiltProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const empty = !isComplete(tree as Node);
  const builder = useBuilder(asGroup(empty ? { all: [] } : (tree as Node)), format.say, empty, usePreview);
  const { definition } = builder;
  const told = useRef<Node>(definition);
  useEffect(() => {
    if (same(told.current, definition)) return;
    told.current = definition;
    onChange(definition);
  }, [definition, onChange]);
  const count = builder.preview.data?.count;
  return (
    <>
      <SentenceAndTree builder={builder} words={words} />
      {builder.complete && count !== undefined ? (
        <p role="status">{t("audience.people", { people: format.people(count) })}</p>
      ) : null}
    </>
  );
}

export function useParts(): Parts {
  const named = useNamed();
  return useMemo(() => ({ named, Tree, Person: PersonPick, Seen, useSentences }), [named]);
}
