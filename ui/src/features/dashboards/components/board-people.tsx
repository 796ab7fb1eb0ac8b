/** The people behind a tile or one of its bars, beside the board; which ones is in the address. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { PeopleDrawer } from "@/shared/parts/people-drawer";
import { useFormat } from "@/shared/words/use-format";
import { answerOptions, type Tile, tilePeopleOptions } from "../api/dashboards";
import { behindOf } from "../model/behind";

interface BoardPeopleProps {
  tiles: Tile[];
  titleOf(tile: Tile): string;
}

export function BoardPeople({ tiles, titleOf }: BoardPeopleProps) {
  const [search] = useSearchParams();
  const behind = behindOf(search);
  const tile = tiles.find(({ id }) => id === behind?.tile);
  return tile && behind ? (
    <Behind key={tile.id} tile={tile} group={behind.group} title={titleOf(tile)} />
  ) : null;
}

function Behind({ tile, group, title }: { tile: Tile; group: number | null; title: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [, setSearch] = useSearchParams();
  const answer = useQuery(answerOptions(tile));
  const people = useInfiniteQuery(tilePeopleOptions(tile, group, answer.data));
  const named = group === null ? undefined : answer.data?.groups[group];
  const count = people.data?.pages[0]?.total;
  const called = [title, named ? format.say(named.name) : ""].filter(Boolean).join(" · ");
  return (
    <PeopleDrawer
      open
      title={count === undefined ? called : t("board.peopleOf", { called, people: format.people(count) })}
      onClose={() => setSearch({}, { preventScrollReset: true })}
      people={people}
    />
  );
}
