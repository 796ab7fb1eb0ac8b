/** Does another way do better than the usual one, and can that be believed? */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { experimentOptions } from "@/features/experiments/api/experiments";
import { ReviewDocument } from "@/features/review/components/review-document";
import { Card, Page } from "@/shared/parts/page";
import { Waiting } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";

export function ExperimentPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const { experimentId = "" } = useParams();
  const experiment = useQuery(experimentOptions(experimentId));
  const told = experiment.data;
  if (!told) {
    return (
      <Page title={t("experiment.listTitle")}>
        <Card>
          <Waiting query={experiment} lines={10} />
        </Card>
      </Page>
    );
  }
  const lead = (
    <>
      {t(`experiment.status.${told.status}`)} {format.day(told.starts_at)}–{format.day(told.ends_at)}{" "}
      <Link to="/results/experiments">{t("experiment.all")}</Link>
    </>
  );
  return (
    <Page title={told.name} lead={lead}>
      <ReviewDocument review={told} />
    </Page>
  );
}
