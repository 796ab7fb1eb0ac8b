/** Goods to choose from: what was found for a search, or those that sell most while nothing is typed. */
interface Item {
  id: string;
  name: string;
}

export interface Offered {
  value: string;
  label: string;
  title: string;
}

/** What is chosen must be among the options, or its chip would show a code. */
export function goodsOffered(
  commonest: ReadonlyMap<string, string>,
  found: Item[],
  search: string,
  chosen: string[],
): Offered[] {
  const wanted = search.toLowerCase();
  const fits = (id: string, name: string) => `${id} ${name}`.toLowerCase().includes(wanted);
  const names = new Map([...commonest].filter(([id, name]) => chosen.includes(id) || fits(id, name)));
  for (const { id, name } of found) names.set(id, name);
  return [...names].map(([value, label]) => ({ value, label, title: value }));
}
