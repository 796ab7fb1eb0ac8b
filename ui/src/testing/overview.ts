/** What looks over everything: the calendar, dashboards and the search. */
import { calendarRoutes } from "./calendar.ts";
import { dashboardRoutes } from "./dashboards.ts";
import { searchOf } from "./searching.ts";
import { type Member, personRow } from "./shop.ts";

const BOTH = 50; // People behind a conflict.

type Route = [
  string,
  RegExp,
  (asked: { ids: string[]; query: URLSearchParams; request: Request }) => unknown,
];

export function overviewRoutes(members: Member[]): Route[] {
  const empty = members.length === 0;
  const people = members.slice(0, BOTH).map((each) => personRow(each));
  const page = () => ({ total: people.length, people, next: null });
  return [
    ...calendarRoutes(empty, page),
    ...dashboardRoutes(empty, page),
    ["GET", /^\/api\/search$/, ({ query }) => searchOf(members, query.get("q") ?? "")],
  ];
}
