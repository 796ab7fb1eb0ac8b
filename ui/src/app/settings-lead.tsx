/** The way back to all settings, before what a page of them is about. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

export function SettingsLead({ children }: { children: string }) {
  const { t } = useTranslation();
  return (
    <>
      <Link to="/settings">{t("settings.title")}</Link> · {children}
    </>
  );
}
