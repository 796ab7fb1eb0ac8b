/** Which deals are there, at which stage, worth how much, and whose are they? */
import { useTranslation } from "react-i18next";
import { OpenBoard } from "@/features/relate/components/open-board";
import { OpenWork } from "@/features/relate/components/open-work";
import { Page } from "@/shared/parts/page";

export function DealsPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("work.deals")} lead={t("work.dealsLead")} action={<OpenWork kind="deal" />}>
      <OpenBoard kind="deal" />
    </Page>
  );
}
