/** The people behind a number, in a drawer that leaves the page in view; the drawer's state is in the address. */
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { EmptyNote } from "./note";
import { PeopleTable } from "./people-table";
import { Shown } from "./shown";
import { SideDrawer } from "./side-drawer";

interface PeopleDrawerProps {
  open: boolean;
  title: string;
  onClose(): void;
  people: UseInfiniteQueryResult<InfiniteData<Views["PeoplePage"]>>;
  /** Appended to each person's address. */
  search?: string;
  /** Open over the other half of the page, so that the list which led here stays in view. */
  side?: "left" | "right";
}

export function PeopleDrawer({
  open,
  title,
  onClose,
  people,
  search = "",
  side = "right",
}: PeopleDrawerProps) {
  const { t } = useTranslation();
  return (
    <SideDrawer open={open} onClose={onClose} title={title} side={side}>
      <Shown query={people} lines={10}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.people);
          if (rows.length === 0) return <EmptyNote title={t("people.nobody")} />;
          return (
            <PeopleTable
              people={rows}
              caption={title}
              search={search}
              more={people.hasNextPage ? () => void people.fetchNextPage() : undefined}
              loadingMore={people.isFetchingNextPage}
            />
          );
        }}
      </Shown>
    </SideDrawer>
  );
}
