/** How does one sign in, what does one see, and how much may leave? */
import { useTranslation } from "react-i18next";
import { access } from "@/features/rules/api/rules";
import { AccessForm } from "@/features/rules/components/access-form";
import { RuleEditor } from "@/features/rules/components/rule-editor";
import { SettingsLead } from "../settings-lead";
import { useGuard } from "../use-guard";

export function SettingsSignInPage() {
  const { t } = useTranslation();
  return (
    <RuleEditor
      set={access}
      title={t("settings.signIn")}
      lead={<SettingsLead>{t("settings.signInLead")}</SettingsLead>}
      useGuard={useGuard}
      form={(rules, change, fixed) => <AccessForm rules={rules} onChange={change} fixed={fixed} />}
    />
  );
}
