/** By which sign do we see what somebody wants? The tree on the left, who would give the signal on the right. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Navigate, useParams } from "react-router";
import { audienceListOptions, vocabularyOptions } from "@/features/audience/api/audiences";
import { templatesOptions } from "@/features/audience/api/signals";
import { SignalEditor } from "@/features/audience/components/signal-editor";
import { Card, Page } from "@/shared/parts/page";
import { Waiting } from "@/shared/parts/shown";

export function SignalEditPage() {
  const { t } = useTranslation();
  const { signalId } = useParams();
  const signals = useQuery(templatesOptions());
  const vocabulary = useQuery(vocabularyOptions());
  const audiences = useQuery(audienceListOptions());
  if (!signals.data || !vocabulary.data || !audiences.data) {
    const waiting = [signals, vocabulary, audiences].find((query) => query.data === undefined);
    return (
      <Page title={t("signal.new")}>
        <Card>{waiting ? <Waiting query={waiting} lines={6} /> : null}</Card>
      </Page>
    );
  }
  const { own, templates } = signals.data;
  const byHand = templates.find((each) => each.id === signalId)?.in_use?.by_hand;
  const saved = own.find((each) => each.id === signalId) ?? byHand ?? null;
  // A signal to begin with has numbers and words to change, in its drawer, until somebody changes its tree.
  if (signalId !== undefined && !saved) {
    return <Navigate to={`/signals?signal=${encodeURIComponent(signalId)}`} replace />;
  }
  return (
    <SignalEditor
      key={signalId ?? ""}
      words={{ vocabulary: vocabulary.data, audiences: audiences.data.audiences }}
      saved={saved}
    />
  );
}
