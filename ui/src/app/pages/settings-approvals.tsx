/** Which launches wait for somebody else's yes? */
import { useTranslation } from "react-i18next";
import { approvals } from "@/features/rules/api/rules";
import { ApprovalsForm } from "@/features/rules/components/approvals-form";
import { RuleEditor } from "@/features/rules/components/rule-editor";
import { SettingsLead } from "../settings-lead";
import { useGuard } from "../use-guard";

export function SettingsApprovalsPage() {
  const { t } = useTranslation();
  return (
    <RuleEditor
      set={approvals}
      title={t("settings.approvals")}
      lead={<SettingsLead>{t("settings.approvalsLead")}</SettingsLead>}
      useGuard={useGuard}
      form={(rules, change, fixed) => <ApprovalsForm rules={rules} onChange={change} fixed={fixed} />}
    />
  );
}
