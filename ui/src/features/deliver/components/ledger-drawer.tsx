/** The people behind one bar of the ledger; which bar is in the address. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { PeopleDrawer } from "@/shared/parts/people-drawer";
import { useFormat } from "@/shared/words/use-format";
import { type Ledger, ledgerPeopleOptions } from "../api/ledger";

export function LedgerDrawer({ campaignId, ledger }: { campaignId: string; ledger: Ledger }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [search, setSearch] = useSearchParams();
  const state = search.get("state");
  const reason = search.get("reason") ?? "";
  const row = ledger.rows.find((each) => each.state === state && each.reason === reason);
  const people = useInfiniteQuery({
    ...ledgerPeopleOptions(campaignId, state ?? "", reason),
    enabled: state !== null,
  });
  return (
    <PeopleDrawer
      open={state !== null}
      onClose={() => setSearch({}, { preventScrollReset: true })}
      title={row ? `${format.say(row.label)} · ${format.people(row.people)}` : t("ledger.people")}
      people={people}
      side="left"
      search={`?campaign=${encodeURIComponent(campaignId)}`}
    />
  );
}
