/** A database that can be tried on the mock server: one table of orders in MariaDB. */
import type { Views } from "@/shared/api/client";
import { proposed } from "./imports.ts";
import { text } from "./shop.ts";

export function tried(asked: Views["DatabaseTrialRequest"]): Views["DatabaseTrial"] {
  const table = asked.table !== "";
  const guess = proposed("imp", "orders");
  const watermark = asked.watermark || (table ? "updated_at" : "");
  return {
    server: "mariadb 10.11",
    tables: ["orders", "members"],
    columns: table
      ? [
          { name: "no", type: "VARCHAR(20)", grows: false },
          { name: "updated_at", type: "DATETIME", grows: true },
        ]
      : [],
    query: table
      ? `SELECT * FROM orders WHERE ${watermark} >= :watermark ORDER BY ${watermark}`
      : asked.query,
    watermark,
    start: asked.start ?? "1970-01-01 00:00:00",
    rows: table ? 3 : 0,
    kind: table ? "orders" : null,
    names: table ? guess.columns : [],
    fields: table ? guess.fields : [],
    sentence: table ? text("看起来是订单。", "This looks like orders.") : null,
  };
}
