/** What went wrong for whom, who has it, and what is late? */
import { useTranslation } from "react-i18next";
import { OpenWork } from "@/features/relate/components/open-work";
import { WorkDrawer } from "@/features/relate/components/work-drawer";
import { WorkList } from "@/features/relate/components/work-list";
import { WorkNav } from "@/features/relate/components/work-nav";
import { Card, Page } from "@/shared/parts/page";

export function TicketsPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("work.tickets")} lead={t("work.ticketsLead")} action={<OpenWork kind="ticket" />}>
      <WorkNav />
      <Card>
        <WorkList kind="ticket" cards="drawer" />
      </Card>
      <WorkDrawer />
    </Page>
  );
}
