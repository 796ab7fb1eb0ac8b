/** What happens to whoever enters, step by step? The journey as a canvas and as rules, numbers beside it. */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { journeyOptions, writtenOptions } from "@/features/journey/api/journeys";
import { JourneyEditor } from "@/features/journey/components/journey-editor";
import { Card, Page } from "@/shared/parts/page";
import { Waiting } from "@/shared/parts/shown";
import { useGuard } from "../use-guard";
import { useParts } from "./journey-parts";

const nothing = () => undefined;

export function NewJourneyPage() {
  const navigate = useNavigate();
  const parts = useParts();
  const journeyId = useMemo(() => `journey-${crypto.randomUUID().slice(0, 8)}`, []);
  const published = useCallback(
    () => void navigate(`/journeys/${journeyId}/edit`, { replace: true }),
    [navigate, journeyId],
  );
  return (
    <JourneyEditor
      journeyId={journeyId}
      saved={null}
      report={null}
      parts={parts}
      compared={null}
      onCompare={() => undefined}
      onPublished={published}
      useGuard={useGuard}
    />
  );
}

export function JourneyEditPage() {
  const { t } = useTranslation();
  const { journeyId = "" } = useParams();
  const [address, setAddress] = useSearchParams();
  const older = Number(address.get("compare")) || null;
  const saved = useQuery({ ...writtenOptions(journeyId, null), refetchOnMount: "always", staleTime: 0 });
  const report = useQuery(journeyOptions(journeyId));
  const compared = useQuery({ ...writtenOptions(journeyId, older), enabled: older !== null });
  const parts = useParts();
  const waiting = [saved, report].find((query) => query.data === undefined);
  if (!saved.data || !report.data) {
    return (
      <Page title={t("journey.listTitle")}>
        <Card>{waiting ? <Waiting query={waiting} lines={10} /> : null}</Card>
      </Page>
    );
  }
  return (
    <JourneyEditor
      key={journeyId}
      journeyId={journeyId}
      saved={saved.data}
      report={report.data}
      parts={parts}
      compared={older === null ? null : (compared.data ?? null)}
      onCompare={(version) =>
        setAddress(version === null ? {} : { compare: String(version) }, {
          replace: true,
          preventScrollReset: true,
        })
      }
      onPublished={nothing}
      useGuard={useGuard}
    />
  );
}
