/** What should be done differently? Each proposal with its diagnosis, its diff and what chance says of it. */
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { proposalsOptions, useLook } from "@/features/learn/api/proposals";
import { ProposalCard } from "@/features/learn/components/proposal-card";
import { EmptyNote } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { ErrorNote, Shown } from "@/shared/parts/shown";

export function ProposalsPage() {
  const { t } = useTranslation();
  const proposals = useQuery(proposalsOptions());
  const look = useLook();
  return (
    <Page
      title={t("proposal.title")}
      lead={t("proposal.lead")}
      action={
        <Button onClick={() => look.mutate()} loading={look.isPending}>
          {t("proposal.look")}
        </Button>
      }
    >
      {look.isError ? <ErrorNote error={look.error} /> : null}
      <Shown query={proposals} lines={6}>
        {({ proposals: found }) =>
          found.length > 0 ? (
            found.map((each) => <ProposalCard key={each.id} proposal={each} />)
          ) : (
            <Card>
              <EmptyNote title={t("proposal.none")}>
                <p>{t("proposal.noneHow")}</p>
                <Link to="/results">{t("results.back")}</Link>
              </EmptyNote>
            </Card>
          )
        }
      </Shown>
    </Page>
  );
}
