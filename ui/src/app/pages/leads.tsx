/** Who is warm enough for a seller now, why, and how far is each? */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { relateOptions, workOptions } from "@/features/relate/api/work";
import { LeadBoard } from "@/features/relate/components/lead-board";
import { OpenWork } from "@/features/relate/components/open-work";
import { WorkDrawer } from "@/features/relate/components/work-drawer";
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
      lead={
        <>
          {threshold ? t("work.leadsLead", { threshold }) : t("work.leadsNoScore")}{" "}
          <Link to="/tickets">{t("work.tickets")}</Link> · <Link to="/tasks">{t("work.tasks")}</Link>
        </>
      }
      action={<OpenWork kind="lead" />}
    >
      <Card>
        <Shown query={relate} lines={6}>
          {({ lead_stages: stages }) => (
            <Shown query={leads} lines={6}>
              {({ works }) =>
                works.length > 0 ? (
                  <LeadBoard leads={works} stages={stages} />
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
