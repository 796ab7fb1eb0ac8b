/** Everyone in a saved audience; open while the address says `?people`. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { Views } from "@/shared/api/client";
import { PeopleDrawer } from "@/shared/parts/people-drawer";
import { useFormat } from "@/shared/words/use-format";
import { audiencePeopleOptions } from "../api/audiences";

export function MembersDrawer({ audience }: { audience: Views["Audience"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [search, setSearch] = useSearchParams();
  const open = search.has("people");
  const people = useInfiniteQuery({ ...audiencePeopleOptions(audience.audience_id), enabled: open });
  return (
    <PeopleDrawer
      open={open}
      onClose={() => setSearch({}, { preventScrollReset: true })}
      title={`${audience.name} · ${t("audience.people", { people: format.people(audience.count) })}`}
      people={people}
    />
  );
}
