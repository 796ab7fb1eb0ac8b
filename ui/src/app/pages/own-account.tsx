/** Is my account in order? Password, one-time codes, and where I am signed in. */
import { useTranslation } from "react-i18next";
import { CodesCard } from "@/features/account/components/codes-card";
import { OwnSessions } from "@/features/account/components/own-sessions";
import { PasswordCard } from "@/features/account/components/password-card";
import { Page } from "@/shared/parts/page";

export function OwnAccountPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("account.own")} lead={t("account.ownLead")}>
      <PasswordCard />
      <CodesCard />
      <OwnSessions />
    </Page>
  );
}
