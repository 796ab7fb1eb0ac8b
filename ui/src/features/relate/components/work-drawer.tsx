/** The card of the work that the address names, beside the list that led there. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { Shown } from "@/shared/parts/shown";
import { SideDrawer } from "@/shared/parts/side-drawer";
import { cardOptions } from "../api/work";
import { WorkCard } from "./work-card";

export function WorkDrawer() {
  const [search] = useSearchParams();
  const workId = search.get("work");
  return workId ? <Shut workId={workId} /> : null;
}

function Shut({ workId }: { workId: string }) {
  const { t } = useTranslation();
  const [, setSearch] = useSearchParams();
  const card = useQuery(cardOptions(workId));
  const close = () =>
    setSearch(
      (search) => {
        search.delete("work");
        return search;
      },
      { preventScrollReset: true },
    );
  return (
    <SideDrawer open title={card.data?.work.title || t("work.title")} side="right" onClose={close}>
      <Shown query={card} lines={8}>
        {(found) => <WorkCard key={found.work.id} card={found} />}
      </Shown>
    </SideDrawer>
  );
}
