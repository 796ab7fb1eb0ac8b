/** How often may anybody be written to, and when is it quiet? */
import { useTranslation } from "react-i18next";
import { ChannelList } from "@/features/deliver/components/channel-list";
import { delivery } from "@/features/rules/api/rules";
import { DeliveryForm } from "@/features/rules/components/delivery-form";
import { RuleEditor } from "@/features/rules/components/rule-editor";
import { SettingsLead } from "../settings-lead";
import { useGuard } from "../use-guard";

export function SettingsLimitsPage() {
  const { t } = useTranslation();
  return (
    <RuleEditor
      set={delivery}
      title={t("settings.limits")}
      lead={<SettingsLead>{t("settings.limitsLead")}</SettingsLead>}
      useGuard={useGuard}
      form={(rules, change, fixed) => <DeliveryForm rules={rules} onChange={change} fixed={fixed} />}
      beside={<ChannelList />}
    />
  );
}
