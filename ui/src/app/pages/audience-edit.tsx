/** Who qualifies, this second? The tree on the left, the count and ten people on the right, always in step. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";
import { audienceListOptions, audienceOptions, vocabularyOptions } from "@/features/audience/api/audiences";
import { AudienceEditor } from "@/features/audience/components/audience-editor";
import type { Views } from "@/shared/api/client";
import { Card, Page } from "@/shared/parts/page";
import { Waiting } from "@/shared/parts/shown";

export function NewAudiencePage() {
  const { t } = useTranslation();
  const [query] = useSearchParams();
  const begin = useMemo(() => beginning(query), [query]);
  const vocabulary = useQuery(vocabularyOptions());
  const audiences = useQuery(audienceListOptions());
  const waiting = [vocabulary, audiences].find((query) => query.data === undefined);
  if (!vocabulary.data || !audiences.data) {
    return (
      <Page title={t("audience.new")}>
        <Card>{waiting ? <Waiting query={waiting} lines={6} /> : null}</Card>
      </Page>
    );
  }
  return (
    <AudienceEditor
      words={{ vocabulary: vocabulary.data, audiences: audiences.data.audiences }}
      saved={null}
      key={query.toString()}
      begin={begin}
    />
  );
}

export function AudiencePage() {
  const { t } = useTranslation();
  const { audienceId = "" } = useParams();
  const audience = useQuery(audienceOptions(audienceId));
  const vocabulary = useQuery(vocabularyOptions());
  const audiences = useQuery(audienceListOptions());
  const waiting = [audience, vocabulary, audiences].find((query) => query.data === undefined);
  if (!audience.data || !vocabulary.data || !audiences.data) {
    return (
      <Page title={t("audience.title")}>
        <Card>{waiting ? <Waiting query={waiting} lines={6} /> : null}</Card>
      </Page>
    );
  }
  const others = audiences.data.audiences.filter((each) => each.audience_id !== audienceId);
  return (
    <AudienceEditor
      key={`${audienceId}@${audience.data.version}`}
      words={{ vocabulary: vocabulary.data, audiences: others }}
      saved={audience.data}
    />
  );
}

/** A new audience may begin as people that another page speaks of: `?name=…&where=…`. */
function beginning(query: URLSearchParams): { name: string; where: Views["Audience"]["definition"] } | null {
  const where = query.get("where");
  if (where === null) return null;
  try {
    return { name: query.get("name") ?? "", where: JSON.parse(where) };
  } catch {
    return null; // Somebody cut the address short: an empty audience is begun.
  }
}
