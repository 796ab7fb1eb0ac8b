/** Who may come in by the company's own sign-in? */
import { useTranslation } from "react-i18next";
import { singleSignOn } from "@/features/rules/api/rules";
import { RuleEditor } from "@/features/rules/components/rule-editor";
import { SignInForm } from "@/features/rules/components/sign-in-form";
import { SettingsLead } from "../settings-lead";
import { useGuard } from "../use-guard";

export function SettingsSingleSignOnPage() {
  const { t } = useTranslation();
  return (
    <RuleEditor
      set={singleSignOn}
      title={t("settings.singleSignOn")}
      lead={<SettingsLead>{t("settings.singleSignOnLead")}</SettingsLead>}
      useGuard={useGuard}
      form={(rules, change, fixed) => <SignInForm rules={rules} onChange={change} fixed={fixed} />}
    />
  );
}
