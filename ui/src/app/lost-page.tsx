/** An address that leads nowhere, or a page that broke: says which, and the way back. */
import { useTranslation } from "react-i18next";
import { Link, useRouteError } from "react-router";
import { Card, Page } from "@/shared/parts/page";

export function LostPage() {
  const { t } = useTranslation();
  const broken = useRouteError() !== undefined;
  return (
    <Page title={broken ? t("shell.broken") : t("shell.lost")}>
      <Card>
        <Link to="/" reloadDocument={broken}>
          {t("shell.home")}
        </Link>
      </Card>
    </Page>
  );
}
