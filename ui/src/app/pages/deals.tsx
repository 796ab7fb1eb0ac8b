/** Which deals are there, at which stage, worth how much, and whose are they? */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { relateOptions, workOptions } from "@/features/relate/api/work";
import { OpenWork } from "@/features/relate/components/open-work";
import { StageBoard } from "@/features/relate/components/stage-board";
import { WorkDrawer } from "@/features/relate/components/work-drawer";
import { WorkNav } from "@/features/relate/components/work-nav";
import { EmptyNote } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";

export function DealsPage() {
  const { t } = useTranslation();
  const relate = useQuery(relateOptions());
  const deals = useQuery(workOptions({ kind: "deal", state: "open" }));
  return (
    <Page title={t("work.deals")} lead={t("work.dealsLead")} action={<OpenWork kind="deal" />}>
      <WorkNav />
      <Card>
        <Shown query={relate} lines={6}>
          {({ deal_stages: stages }) => (
            <Shown query={deals} lines={6}>
              {({ works }) =>
                works.length > 0 ? (
                  <StageBoard works={works} stages={stages} />
                ) : (
                  <EmptyNote title={t("work.none.deal")}>
                    <p>{t("work.noneHow.deal")}</p>
                  </EmptyNote>
                )
              }
            </Shown>
          )}
        </Shown>
      </Card>
      <WorkDrawer />
    </Page>
  );
}
