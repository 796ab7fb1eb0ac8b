/** What did the campaign change, for whom, at what cost, and what next? One page, to print or to hand on. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { reviewOptions } from "@/features/review/api/reviews";
import { ReviewDocument } from "@/features/review/components/review-document";
import { ReviewFiles } from "@/features/review/components/review-files";
import { Card, Page } from "@/shared/parts/page";
import { ErrorNote, Shown } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";

export function ReviewPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const { campaignId = "" } = useParams();
  const review = useQuery(reviewOptions(campaignId));
  const [failed, setFailed] = useState<unknown>(null);
  const told = review.data;
  const lead = told ? (
    <>
      {t(told.status === "final" ? "review.final" : "review.soFar")} {format.day(told.starts_at)}–
      {format.day(told.ends_at)} <Link to={`/campaigns/${campaignId}`}>{t("review.toCampaign")}</Link>
    </>
  ) : undefined;
  return (
    <Page
      title={told ? told.title : t("review.title")}
      lead={lead}
      action={
        told ? <ReviewFiles campaignId={campaignId} name={told.title} onError={setFailed} /> : undefined
      }
    >
      {failed ? <ErrorNote error={failed} /> : null}
      {told ? (
        <ReviewDocument review={told} campaignId={campaignId} />
      ) : (
        <Card>
          <Shown query={review} lines={12}>
            {() => null}
          </Shown>
        </Card>
      )}
    </Page>
  );
}
