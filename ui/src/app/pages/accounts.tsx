/** Who may sign in, and which programs? */
import { useTranslation } from "react-i18next";
import { PeopleCard } from "@/features/account/components/people-card";
import { TokensCard } from "@/features/account/components/tokens-card";
import { Page } from "@/shared/parts/page";
import { SettingsLead } from "../settings-lead";

export function AccountsPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("account.people")} lead={<SettingsLead>{t("account.peopleLead")}</SettingsLead>}>
      <PeopleCard />
      <TokensCard />
    </Page>
  );
}
