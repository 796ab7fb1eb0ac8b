/** Finds a few of the built things by a part of their names. */
import type { Views } from "@/shared/api/client";
import { audiences } from "./first-data.ts";
import { type Member, personRow } from "./shop.ts";

const SHOWN = 6;

export function searchOf(members: Member[], asked: string): Views["SearchResult"] {
  const named = (kind: Views["SearchHit"]["kind"], id: string, name: string, note = "") => ({
    kind,
    id,
    name: { zh: name, en: name },
    note: { zh: note, en: note },
  });
  const people = members
    .map((member) => personRow(member))
    .filter((row) => asked.length > 1 && `${row.name} ${row.profile_id} ${row.city}`.includes(asked))
    .slice(0, SHOWN)
    .map((row) => named("person", row.profile_id, row.name, row.identifier));
  const found = audiences
    .filter(({ name }) => name.includes(asked))
    .slice(0, SHOWN)
    .map((each) => named("audience", each.id, each.name));
  return { hits: [...people, ...found] };
}
