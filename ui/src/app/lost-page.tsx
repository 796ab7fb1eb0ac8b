/** An address that leads nowhere, or a page that broke: says which, and the way back. */
import { useTranslation } from "react-i18next";
import { Link, useRouteError } from "react-router";
import { EmptyNote } from "@/shared/parts/note";

export function LostPage() {
  const { t } = useTranslation();
  const broken = useRouteError() !== undefined;
  return (
    <EmptyNote title={broken ? t("shell.broken") : t("shell.lost")}>
      <Link to="/goals" reloadDocument={broken}>
        {t("shell.backToGoals")}
      </Link>
    </EmptyNote>
  );
}
