/** What went wrong for whom, who has it, and what is late? */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { OpenWork } from "@/features/relate/components/open-work";
import { WorkDrawer } from "@/features/relate/components/work-drawer";
import { WorkList } from "@/features/relate/components/work-list";
import { Card, Page } from "@/shared/parts/page";

export function TicketsPage() {
  const { t } = useTranslation();
  return (
    <Page
      title={t("work.tickets")}
      lead={
        <>
          {t("work.ticketsLead")} <Link to="/leads">{t("work.leads")}</Link> ·{" "}
          <Link to="/tasks">{t("work.tasks")}</Link>
        </>
      }
      action={<OpenWork kind="ticket" />}
    >
      <Card>
        <WorkList kind="ticket" cards="drawer" />
      </Card>
      <WorkDrawer />
    </Page>
  );
}
