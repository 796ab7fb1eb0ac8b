/** Cost and what is attributed, channel by channel; each opens to its campaigns, groups and keywords. */
import { CaretDownOutlined, CaretRightOutlined } from "@ant-design/icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Views } from "@/shared/api/client";
import { useFormat } from "@/shared/words/use-format";
import type { Spend } from "../api/results";
import type { Address } from "../model/use-asked";
import tables from "./tables.module.css";

type Node = Views["SpendNode"];

const ROWS_MAX = 500; // A page of more keywords is a file: the export has them all.

interface SpendTableProps {
  spend: Spend;
  address: Address;
}

export function SpendTable({ spend, address }: SpendTableProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<ReadonlySet<string>>(
    () => new Set(spend.nodes.slice(0, 3).map((node) => keyOf(node))),
  );
  const toggle = (key: string) => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  };
  const rows = shownRows(spend.nodes, open).slice(0, ROWS_MAX);
  const columns = ["cost", "clicks", "orders", "newcomers", "attributed", "roi", "cac"] as const;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keyboard.
    <div className={tables.scroll} tabIndex={0}>
      <table className={tables.table}>
        <caption className="only-read">{t("results.question.spend.asks")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("results.spend.line")}</th>
            {columns.map((column) => (
              <th key={column} scope="col">
                {t(`results.spend.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((node) => (
            <Line
              key={keyOf(node)}
              node={node}
              open={open.has(keyOf(node))}
              toggle={toggle}
              address={address}
            />
          ))}
          <tr>
            <th scope="row">{t("results.spend.untouched")}</th>
            <Amounts amounts={spend.untouched} />
          </tr>
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t("results.spend.total")}</th>
            <Amounts amounts={spend.total} />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

interface LineProps {
  node: Node;
  open: boolean;
  toggle(key: string): void;
  address: Address;
}

function Line({ node, open, toggle, address }: LineProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const key = JSON.stringify(node.key);
  const name = format.say(node.name);
  return (
    <tr>
      <th scope="row" style={{ paddingLeft: `${(node.key.length - 1) * 20}px` }}>
        {node.below.length > 0 ? (
          <button
            type="button"
            className={tables.caret}
            aria-expanded={open}
            aria-label={t("results.spend.below", { name })}
            onClick={() => toggle(keyOf(node))}
          >
            {open ? <CaretDownOutlined /> : <CaretRightOutlined />}
          </button>
        ) : (
          <span className={tables.caret} />
        )}
        {name}
        {node.missing_days.length > 0 ? (
          <span className={tables.missing}>
            {t("results.spend.missing", {
              count: node.missing_days.length,
              day: format.date(`${node.missing_days[0]}T12:00:00+08:00`),
            })}
          </span>
        ) : null}
      </th>
      <Amounts
        amounts={node.amounts}
        rows={address.behind({ rows: "1", key })}
        people={address.behind({ people: "1", key })}
      />
    </tr>
  );
}

function Amounts({
  amounts,
  rows,
  people,
}: {
  amounts: Views["SpendAmounts"];
  rows?: string;
  people?: string;
}) {
  const format = useFormat();
  const whole = (value: number) => format.number(Math.round(value * 10) / 10);
  const orders = whole(amounts.conversions);
  return (
    <>
      <td>
        {amounts.cost === 0 ? (
          "—"
        ) : rows ? (
          <Link to={{ search: rows }} preventScrollReset>
            {format.money(amounts.cost)}
          </Link>
        ) : (
          format.money(amounts.cost)
        )}
      </td>
      <td>{amounts.clicks > 0 ? format.people(amounts.clicks) : "—"}</td>
      <td>
        {people && amounts.conversions > 0 ? (
          <Link to={{ search: people }} preventScrollReset>
            {orders}
          </Link>
        ) : (
          orders
        )}
      </td>
      <td>{whole(amounts.newcomers)}</td>
      <td>{format.money(amounts.value)}</td>
      <td>{amounts.roi === null ? "—" : format.lift(amounts.roi, "relative", 0)}</td>
      <td>{amounts.cac === null ? "—" : format.money(amounts.cac)}</td>
    </>
  );
}

function keyOf(node: Node): string {
  return JSON.stringify(node.key);
}

function shownRows(nodes: Node[], open: ReadonlySet<string>): Node[] {
  return nodes.flatMap((node) => [node, ...(open.has(keyOf(node)) ? shownRows(node.below, open) : [])]);
}
