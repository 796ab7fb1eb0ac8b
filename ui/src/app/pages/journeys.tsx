/** Where in a journey are people, and where are they lost? One journey at a time, its versions one below the other. */
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { journeyOptions, journeysOptions } from "@/features/journey/api/journeys";
import { VersionTable } from "@/features/journey/components/version-table";
import { EmptyNote } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";

export function JourneysPage() {
  const { t } = useTranslation();
  const [address, setAddress] = useSearchParams();
  const journeys = useQuery(journeysOptions());
  const rows = journeys.data?.journeys ?? [];
  const chosen = address.get("journey") ?? rows[0]?.id;
  return (
    <Page
      title={t("journey.title")}
      lead={t("journey.lead")}
      action={
        rows.length > 1 ? (
          <Select
            aria-label={t("journey.choose")}
            value={chosen}
            options={rows.map((each) => ({ value: each.id, label: each.name }))}
            onChange={(journey) => journey && setAddress({ journey })}
            popupMatchSelectWidth={false}
          />
        ) : null
      }
    >
      <Shown query={journeys} lines={6}>
        {() =>
          chosen === undefined ? (
            <Card>
              <EmptyNote title={t("journey.none")}>
                <Link to="/results">{t("results.back")}</Link>
              </EmptyNote>
            </Card>
          ) : (
            <JourneyVersions journeyId={chosen} />
          )
        }
      </Shown>
    </Page>
  );
}

function JourneyVersions({ journeyId }: { journeyId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const report = useQuery(journeyOptions(journeyId));
  return (
    <Shown query={report} lines={8}>
      {({ name, versions }) =>
        versions.map((each) => (
          <Card key={each.version} title={t("journey.version", { name, version: each.version })}>
            <p>
              {t("journey.flow", {
                entered: format.people(each.entered),
                inside: format.people(each.inside),
                goal: format.people(each.left.goal ?? 0),
              })}
            </p>
            <VersionTable version={each} />
          </Card>
        ))
      }
    </Shown>
  );
}
