/** Who changed what? */
import { useTranslation } from "react-i18next";
import { AuditList } from "@/features/account/components/audit-list";
import { Card, Page } from "@/shared/parts/page";

export function AuditPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("audit.title")} lead={t("audit.lead")}>
      <Card>
        <AuditList />
      </Card>
    </Page>
  );
}
