/** The triangle: a row a cohort, a column an age; a cell that still runs says so, and one that lies ahead is empty. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useFormat } from "@/shared/words/use-format";
import type { Retention } from "../api/results";
import type { Address } from "../model/use-asked";
import tables from "./tables.module.css";

interface RetentionTableProps {
  retention: Retention;
  amounts: boolean;
  address: Address;
}

export function RetentionTable({ retention, amounts, address }: RetentionTableProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const ages = Math.max(...retention.cohorts.map((cohort) => cohort.cells.length), 0);
  const columns = Array.from({ length: ages }, (_, age) => age);
  const noon = (day: string) => `${day}T12:00:00+08:00`;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keyboard.
    <div className={tables.scroll} tabIndex={0}>
      <table className={tables.triangle}>
        <caption className="only-read">{format.say(retention.sentence)}</caption>
        <thead>
          <tr>
            <th scope="col">{t(`results.retention.began.${retention.grain}`)}</th>
            <th scope="col">{t("results.people")}</th>
            {columns.map((age) => (
              <th key={age} scope="col">
                {t(`results.retention.age.${retention.grain}`, { age })}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {retention.cohorts.map((cohort) => (
            <tr key={cohort.bucket}>
              <th scope="row">
                {(retention.grain === "month" ? format.month : format.day)(noon(cohort.first_day))}
                {cohort.may_be_older ? (
                  <span className={tables.under}>{t("results.retention.mayBeOlder")}</span>
                ) : null}
              </th>
              <td>
                <Link to={{ search: address.behind({ people: String(cohort.bucket) }) }} preventScrollReset>
                  {format.people(cohort.people)}
                </Link>
              </td>
              {columns.map((age) => (
                <Cell key={age} cohort={cohort} age={age} amounts={amounts} address={address} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps {
  cohort: Retention["cohorts"][number];
  age: number;
  amounts: boolean;
  address: Address;
}

function Cell({ cohort, age, amounts, address }: CellProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const cell = cohort.cells[age];
  if (cell === undefined || cohort.people === 0) return <td />;
  const first = cohort.cells[0]?.amount ?? 0;
  const share = amounts ? (first > 0 ? cell.amount / first : 0) : cell.share;
  const words = format.percent(share, share < 0.1 ? 1 : 0);
  return (
    <td
      className={tables.cell}
      data-running={cell.running}
      style={{ "--share": `${Math.round(100 * Math.min(Math.max(share, 0), 1))}%` } as React.CSSProperties}
      title={cell.running ? t("results.retention.running") : undefined}
    >
      <Link
        to={{ search: address.behind({ people: String(cohort.bucket), age: String(age) }) }}
        preventScrollReset
      >
        {words}
        {cell.running ? (
          <>
            <span aria-hidden="true">*</span>
            <span className="only-read">{t("results.retention.running")}</span>
          </>
        ) : null}
      </Link>
    </td>
  );
}
