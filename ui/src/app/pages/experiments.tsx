/** Which of several ways does better? All experiments, the latest first. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { experimentListOptions } from "@/features/experiments/api/experiments";
import { ExperimentList } from "@/features/experiments/components/experiment-list";
import { EmptyNote } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";

export function ExperimentsPage() {
  const { t } = useTranslation();
  const experiments = useQuery(experimentListOptions());
  return (
    <Page title={t("experiment.listTitle")} lead={t("experiment.listLead")}>
      <Card>
        <Shown query={experiments} lines={6}>
          {({ experiments: rows }) =>
            rows.length > 0 ? (
              <ExperimentList experiments={rows} />
            ) : (
              <EmptyNote title={t("experiment.none")}>
                <p>{t("experiment.noneHow")}</p>
                <Link to="/results/proposals">{t("experiment.toProposals")}</Link>
              </EmptyNote>
            )
          }
        </Shown>
      </Card>
    </Page>
  );
}
