/** Can our forecasts be believed? Every one that was launched, beside what came true. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { scorecardOptions } from "@/features/scorecard/api/scorecard";
import { ForecastTable } from "@/features/scorecard/components/forecast-table";
import { Scores } from "@/features/scorecard/components/scores";
import { EmptyNote } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { Waiting } from "@/shared/parts/shown";

export function ForecastsPage() {
  const { t } = useTranslation();
  const card = useQuery(scorecardOptions());
  return (
    <Page title={t("scorecard.title")} lead={t("scorecard.lead")}>
      {card.data ? (
        <>
          <Scores card={card.data} />
          <Card title={t("scorecard.all")}>
            {card.data.rows.length > 0 ? (
              <ForecastTable rows={card.data.rows} />
            ) : (
              <EmptyNote title={t("scorecard.none")}>
                <Link to="/goals">{t("campaign.noneHow")}</Link>
              </EmptyNote>
            )}
          </Card>
        </>
      ) : (
        <Card>
          <Waiting query={card} lines={8} />
        </Card>
      )}
    </Page>
  );
}
