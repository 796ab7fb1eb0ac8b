/** What could not be taken, and how do we get it in? One card a reason and source. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { quarantineOptions } from "@/features/collect/api/quarantine";
import { DataNav } from "@/features/collect/components/data-nav";
import { QuarantineGroup } from "@/features/collect/components/quarantine-group";
import { EmptyNote, Note } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { ErrorNote, Skeleton } from "@/shared/parts/shown";

export function DataQuarantinePage() {
  const { t } = useTranslation();
  const waiting = useQuery(quarantineOptions());
  const [done, setDone] = useState("");
  return (
    <Page title={t("data.nav.quarantine")} lead={<DataNav />}>
      {done ? <Note tone="good" title={done} role="status" /> : null}
      {waiting.data === undefined ? (
        <Card>
          {waiting.isError ? (
            <ErrorNote error={waiting.error} retry={() => void waiting.refetch()} />
          ) : (
            <Skeleton lines={8} />
          )}
        </Card>
      ) : waiting.data.groups.length === 0 ? (
        <Card>
          <EmptyNote title={t("data.nothingWaits")}>
            <p>{t("data.nothingWaitsHow")}</p>
          </EmptyNote>
        </Card>
      ) : (
        waiting.data.groups.map((group) => (
          <QuarantineGroup key={`${group.reason}|${group.sender}`} group={group} onDone={setDone} />
        ))
      )}
    </Page>
  );
}
