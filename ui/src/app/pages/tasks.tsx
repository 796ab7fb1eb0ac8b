/** What am I to do, for whom, by when? */
import { useTranslation } from "react-i18next";
import { OpenWork } from "@/features/relate/components/open-work";
import { WorkList } from "@/features/relate/components/work-list";
import { WorkNav } from "@/features/relate/components/work-nav";
import { Card, Page } from "@/shared/parts/page";

export function TasksPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("work.tasks")} lead={t("work.tasksLead")} action={<OpenWork kind="task" />}>
      <WorkNav />
      <Card>
        <WorkList kind="task" cards="page" />
      </Card>
    </Page>
  );
}
