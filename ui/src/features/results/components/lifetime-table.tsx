/** What buyers are worth, a row a month or a group: so far, still to come, and what each cost. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Views } from "@/shared/api/client";
import { useFormat } from "@/shared/words/use-format";
import tables from "./tables.module.css";

/** Rows of months say them so. */
const MONTH = /^\d{4}-\d{2}$/;

interface LifetimeTableProps {
  rows: Views["LifetimeRow"][];
  head: string;
  costs: boolean;
  to(place: number): string;
}

export function LifetimeTable({ rows, head, costs, to }: LifetimeTableProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const payback = usePayback();
  const said = ({ name, value }: Views["LifetimeRow"]["group"]) => {
    if (name) return format.say(name);
    return MONTH.test(value) ? format.month(`${value}-15T12:00:00+08:00`) : value;
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keyboard.
    <div className={tables.scroll} tabIndex={0}>
      <table className={tables.table}>
        <caption className="only-read">{head}</caption>
        <thead>
          <tr>
            <th scope="col">{head}</th>
            <th scope="col">{t("results.people")}</th>
            <th scope="col">{t("results.value.soFar")}</th>
            <th scope="col">{t("results.value.toCome")}</th>
            <th scope="col">{t("results.value.worth")}</th>
            <th scope="col">{t("results.value.range")}</th>
            {costs ? <th scope="col">{t("results.value.cac")}</th> : null}
            {costs ? <th scope="col">{t("results.value.payback")}</th> : null}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.place}>
              <th scope="row">{said(row.group)}</th>
              <td>
                <Link to={{ search: to(row.place) }} preventScrollReset>
                  {format.people(row.people)}
                </Link>
              </td>
              <td>{format.money(row.realised)}</td>
              <td>{row.whole ? "—" : format.money(row.expected)}</td>
              <td>{format.money(row.value)}</td>
              <td>
                {format.money(Math.round(row.interval[0] ?? 0))}–
                {format.money(Math.round(row.interval[1] ?? 0))}
              </td>
              {costs ? <td>{row.cac === null ? "—" : format.money(row.cac)}</td> : null}
              {costs ? <td>{row.payback_days === null ? "—" : payback(row.payback_days)}</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** By when a buyer had paid what it cost to win one; many do so with the first order. */
export function usePayback(): (days: number) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return (days) => (days === 0 ? t("results.value.atOnce") : t("results.span.d", { n: format.people(days) }));
}
