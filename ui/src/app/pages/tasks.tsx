/** What am I to do, for whom, by when? */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { OpenWork } from "@/features/relate/components/open-work";
import { WorkList } from "@/features/relate/components/work-list";
import { Card, Page } from "@/shared/parts/page";

export function TasksPage() {
  const { t } = useTranslation();
  return (
    <Page
      title={t("work.tasks")}
      lead={
        <>
          {t("work.tasksLead")} <Link to="/leads">{t("work.leads")}</Link> ·{" "}
          <Link to="/tickets">{t("work.tickets")}</Link>
        </>
      }
      action={<OpenWork kind="task" />}
    >
      <Card>
        <WorkList kind="task" cards="page" />
      </Card>
    </Page>
  );
}
