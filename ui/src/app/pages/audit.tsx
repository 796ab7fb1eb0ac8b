/** Who changed what? */
import { useTranslation } from "react-i18next";
import { AuditList } from "@/features/account/components/audit-list";
import { Card, Page } from "@/shared/parts/page";
import { SettingsLead } from "../settings-lead";

export function AuditPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("audit.title")} lead={<SettingsLead>{t("audit.lead")}</SettingsLead>}>
      <Card>
        <AuditList />
      </Card>
    </Page>
  );
}
