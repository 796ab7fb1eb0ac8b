/** Which of our customers' fields are sealed, and which are only not shown? */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { personalFieldsOptions } from "@/features/collect/api/data";
import { DataNav } from "@/features/collect/components/data-nav";
import { PersonalFields } from "@/features/collect/components/personal-fields";
import { Page } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";

export function DataPersonalPage() {
  const { t } = useTranslation();
  const fields = useQuery(personalFieldsOptions());
  return (
    <Page title={t("source.personal.nav")} lead={<DataNav />}>
      <Shown query={fields} lines={8}>
        {(found) => <PersonalFields found={found} />}
      </Shown>
    </Page>
  );
}
