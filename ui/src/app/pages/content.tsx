/** What does this message say, and how does a real person get it? */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";
import { channelsOptions, contentOptions } from "@/features/compose/api/contents";
import { ContentEditor } from "@/features/compose/components/content-editor";
import { written } from "@/features/compose/model/words";
import { Card, Page } from "@/shared/parts/page";
import { Waiting } from "@/shared/parts/shown";

export function NewContentPage() {
  const [id] = useState(() => `content-${crypto.randomUUID().slice(0, 8)}`);
  const [search] = useSearchParams();
  const { t } = useTranslation();
  const channels = useQuery(channelsOptions());
  if (!channels.data) return <Loading title={t("content.new")} query={channels} />;
  return (
    <ContentEditor
      start={written(id, search.get("format") === "page" ? { format: "page" } : {})}
      channels={channels.data.definitions}
      shown={null}
    />
  );
}

export function ContentPage() {
  const { t } = useTranslation();
  const { contentId = "" } = useParams();
  const channels = useQuery(channelsOptions());
  const content = useQuery(contentOptions(contentId));
  if (!channels.data || !content.data) {
    return <Loading title={t("content.title")} query={content.data ? channels : content} />;
  }
  return (
    <ContentEditor
      key={`${contentId}/${content.data.row.version}`}
      start={written(contentId, content.data.body)}
      channels={channels.data.definitions}
      shown={content.data}
    />
  );
}

function Loading({ title, query }: { title: string; query: Parameters<typeof Waiting>[0]["query"] }) {
  return (
    <Page title={title}>
      <Card>
        <Waiting query={query} lines={8} />
      </Card>
    </Page>
  );
}
