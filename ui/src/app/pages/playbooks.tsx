/** What do good shops do, and which of it do I start now? */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { playbooksOptions } from "@/features/playbook/api/playbooks";
import { PlaybookDrawer } from "@/features/playbook/components/playbook-drawer";
import { PlaybookList } from "@/features/playbook/components/playbook-list";
import { Page } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";

export function PlaybooksPage() {
  const { t } = useTranslation();
  const playbooks = useQuery(playbooksOptions());
  return (
    <Page title={t("playbook.title")} lead={t("playbook.lead")}>
      <Shown query={playbooks} lines={8}>
        {({ playbooks: rows }) => (
          <>
            <PlaybookList playbooks={rows} />
            <PlaybookDrawer playbooks={rows} />
          </>
        )}
      </Shown>
    </Page>
  );
}
