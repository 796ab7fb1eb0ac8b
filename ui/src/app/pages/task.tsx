/** One card, one thumb: who, why, what to say, call, the outcomes. Stands alone, as a message in WeCom opens it. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { cardOptions } from "@/features/relate/api/work";
import { WorkCard } from "@/features/relate/components/work-card";
import { Card, Page } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";
import styles from "./task.module.css";

export function TaskPage() {
  const { t } = useTranslation();
  const { workId = "" } = useParams();
  const card = useQuery(cardOptions(workId));
  return (
    <main className={styles.alone}>
      <Page
        title={card.data?.work.title || t("work.title")}
        lead={<Link to="/tasks">{t("work.toTasks")}</Link>}
      >
        <Card>
          <Shown query={card} lines={8}>
            {(found) => <WorkCard key={found.work.id} card={found} large />}
          </Shown>
        </Card>
      </Page>
    </main>
  );
}
