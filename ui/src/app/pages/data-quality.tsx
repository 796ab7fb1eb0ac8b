/** Can we trust what came in? Shares by source over time, and the fields with the most faults. */
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { qualityOptions } from "@/features/collect/api/data";
import { DataNav } from "@/features/collect/components/data-nav";
import { QualityReport } from "@/features/collect/components/quality-report";
import { useImport } from "@/features/collect/import-context";
import { EmptyNote } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { Waiting } from "@/shared/parts/shown";

export function DataQualityPage() {
  const { t } = useTranslation();
  const { open } = useImport();
  const quality = useQuery(qualityOptions());
  return (
    <Page title={t("data.nav.quality")} lead={<DataNav />}>
      {quality.data === undefined ? (
        <Card>
          <Waiting query={quality} lines={10} />
        </Card>
      ) : quality.data.sources.length === 0 ? (
        <Card>
          <EmptyNote title={t("data.noEvents")}>
            <p>{t("data.noEventsHow")}</p>
            <Button onClick={open}>{t("import.open")}</Button>
          </EmptyNote>
        </Card>
      ) : (
        <QualityReport quality={quality.data} />
      )}
    </Page>
  );
}
