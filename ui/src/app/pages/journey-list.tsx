/** Which chains of things run by themselves, for whom, and how many are in them now? */
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { journeysOptions } from "@/features/journey/api/journeys";
import { JourneyList } from "@/features/journey/components/journey-list";
import { EmptyNote } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";
import { useNamed } from "./journey-parts";

export function JourneyListPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const journeys = useQuery(journeysOptions());
  const named = useNamed();
  const make = (
    <Button type="primary" size="large" onClick={() => void navigate("/journeys/new")}>
      {t("journey.make")}
    </Button>
  );
  return (
    <Page
      title={t("journey.listTitle")}
      lead={
        <>
          {t("journey.listLead")} <Link to="/campaigns">{t("campaign.listTitle")}</Link>
        </>
      }
      action={make}
    >
      <Card>
        <Shown query={journeys} lines={6}>
          {({ journeys: rows }) =>
            rows.length > 0 ? (
              <JourneyList journeys={rows} named={named} />
            ) : (
              <EmptyNote title={t("journey.none")}>
                <p>{t("journey.noneHow")}</p>
                <Button onClick={() => void navigate("/journeys/new")}>{t("journey.make")}</Button>
              </EmptyNote>
            )
          }
        </Shown>
      </Card>
    </Page>
  );
}
