/** A chart with one message: said as its title, drawn, described to those who cannot see it, and as a table behind. */
import type { EChartsOption } from "echarts";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Details } from "@/shared/parts/page";
import styles from "./chart.module.css";

const Canvas = lazy(() => import("./canvas"));

export interface ChartTable {
  columns: string[];
  rows: string[][];
}

interface ChartProps {
  /** The message as a sentence; also what a screen reader hears. */
  title: string;
  option: EChartsOption;
  table: ChartTable;
  heightPx: number;
  /** How to read it, where the picture alone could mislead. */
  caption?: string;
}

export function Chart({ title, option, table, heightPx, caption }: ChartProps) {
  const { t } = useTranslation();
  return (
    <figure className={styles.chart}>
      <figcaption className={styles.title}>{title}</figcaption>
      <div className={styles.canvas} style={{ height: heightPx }} role="img" aria-label={title}>
        <Suspense fallback={null}>
          <Canvas option={option} />
        </Suspense>
      </div>
      {caption ? <p className={styles.caption}>{caption}</p> : null}
      <Details summary={t("chart.table")}>
        <DataTable table={table} caption={title} />
      </Details>
    </figure>
  );
}

export function DataTable({ table, caption }: { table: ChartTable; caption: string }) {
  return (
    <table className={styles.table}>
      <caption className="only-read">{caption}</caption>
      <thead>
        <tr>
          {table.columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {table.rows.map((row) => (
          <tr key={row.join("|")}>
            {row.map((cell, column) =>
              column === 0 ? (
                <th key={table.columns[column]} scope="row">
                  {cell}
                </th>
              ) : (
                <td key={table.columns[column]}>{cell}</td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
