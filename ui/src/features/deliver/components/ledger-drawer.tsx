/** The people behind one bar, in a drawer with its own address, the ledger still in view. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Drawer } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { EmptyNote } from "@/shared/parts/note";
import { PeopleTable } from "@/shared/parts/people-table";
import { Shown } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { type Ledger, ledgerPeopleOptions } from "../api/ledger";

export function LedgerDrawer({ campaignId, ledger }: { campaignId: string; ledger: Ledger }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [search, setSearch] = useSearchParams();
  const state = search.get("state");
  const reason = search.get("reason") ?? "";
  const row = ledger.rows.find((each) => each.state === state && each.reason === reason);
  const close = () => setSearch({}, { preventScrollReset: true });
  return (
    <Drawer
      open={state !== null}
      onClose={close}
      title={row ? `${format.say(row.label)} · ${format.people(row.people)}` : t("ledger.people")}
      size={520}
      destroyOnHidden
    >
      {state === null ? null : <People campaignId={campaignId} state={state} reason={reason} />}
    </Drawer>
  );
}

function People({ campaignId, state, reason }: { campaignId: string; state: string; reason: string }) {
  const { t } = useTranslation();
  const people = useInfiniteQuery(ledgerPeopleOptions(campaignId, state, reason));
  return (
    <Shown query={people} lines={10}>
      {({ pages }) => {
        const rows = pages.flatMap((page) => page.people);
        if (rows.length === 0) return <EmptyNote title={t("ledger.nobody")} />;
        return (
          <PeopleTable
            people={rows}
            caption={t("ledger.people")}
            search={`?campaign=${encodeURIComponent(campaignId)}`}
            more={people.hasNextPage ? () => void people.fetchNextPage() : undefined}
            loadingMore={people.isFetchingNextPage}
          />
        );
      }}
    </Shown>
  );
}
