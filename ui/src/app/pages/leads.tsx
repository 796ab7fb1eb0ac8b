/** Who is warm enough for a seller now, why, and how far is each? */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { relateOptions } from "@/features/relate/api/work";
import { OpenBoard } from "@/features/relate/components/open-board";
import { OpenWork } from "@/features/relate/components/open-work";
import { Page } from "@/shared/parts/page";

export function LeadsPage() {
  const { t } = useTranslation();
  const threshold = useQuery(relateOptions()).data?.threshold;
  return (
    <Page
      title={t("work.leads")}
      lead={threshold ? t("work.leadsLead", { threshold }) : t("work.leadsNoScore")}
      action={<OpenWork kind="lead" />}
    >
      <OpenBoard kind="lead" />
    </Page>
  );
}
