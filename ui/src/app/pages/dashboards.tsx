/** Which numbers do we keep in view? */
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { dashboardsOptions } from "@/features/dashboards/api/dashboards";
import styles from "@/features/dashboards/components/board.module.css";
import { Card, Page } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";

export function DashboardsPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const boards = useQuery(dashboardsOptions());
  return (
    <Page
      title={t("board.listTitle")}
      lead={t("board.listLead")}
      action={
        <Button type="primary" size="large" onClick={() => void navigate("/results/dashboards/new")}>
          {t("board.new")}
        </Button>
      }
    >
      <Card>
        <Shown query={boards} lines={6}>
          {({ dashboards }) => (
            <ul className={styles.list}>
              {dashboards.map((each) => (
                <li key={each.dashboard_id}>
                  <Link to={`/results/dashboards/${each.dashboard_id}`}>{format.say(each.name)}</Link>
                  <span className={styles.soft}>
                    {[
                      t("board.tiles", { count: each.tiles }),
                      each.ready ? t("board.ready") : t(`board.sharedWith.${each.shared}`),
                      ...(each.changed_at ? [format.day(each.changed_at)] : []),
                    ].join(" · ")}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </Shown>
      </Card>
    </Page>
  );
}
