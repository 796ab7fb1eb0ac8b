/** Who is warm enough for a seller now, why, and how far is each? */
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

export function LeadsPage() {
  const { t } = useTranslation();
  const relate = useQuery(relateOptions());
  const leads = useQuery(workOptions({ kind: "lead", state: "open" }));
  const threshold = relate.data?.threshold;
  return (
    <Page
      title={t("work.leads")}
      lead={threshold ? t("work.leadsLead", { threshold }) : t("work.leadsNoScore")}
      action={<OpenWork kind="lead" />}
    >
      <WorkNav />
      <Card>
        <Shown query={relate} lines={6}>
          {({ lead_stages: stages }) => (
            <Shown query={leads} lines={6}>
              {({ works }) =>
                works.length > 0 ? (
                  <StageBoard works={works} stages={stages} />
                ) : (
                  <EmptyNote title={t("work.none.lead")}>
                    <p>{t("work.noneHow.lead")}</p>
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
