/** One import on its way: proposed, running a little further each time it is asked about, done. */
import type { Views } from "@/shared/api/client";
import { text } from "./shop.ts";

export function proposed(importId: string, file: string): Views["Import"] {
  return {
    import_id: importId,
    status: "proposed",
    file,
    kind: "orders",
    rows_estimate: 541_909,
    columns: [
      "InvoiceNo",
      "StockCode",
      "Description",
      "Quantity",
      "InvoiceDate",
      "UnitPrice",
      "CustomerID",
      "Country",
    ],
    fields: [
      {
        field: "order_id",
        name: text("订单号", "Order number"),
        required: true,
        rule: "InvoiceNo",
        described: null,
        examples: ["536365", "536366"],
      },
      {
        field: "customer_id",
        name: text("客户号", "Customer"),
        required: true,
        rule: "CustomerID",
        described: null,
        examples: ["17850", "13047"],
      },
      {
        field: "at",
        name: text("下单时间", "Ordered at"),
        required: true,
        rule: "InvoiceDate",
        described: null,
        examples: ["2010-12-01 08:26"],
      },
      {
        field: "item_id",
        name: text("商品", "Item"),
        required: false,
        rule: "StockCode",
        described: null,
        examples: ["85123A"],
      },
      {
        field: "revenue",
        name: text("金额", "Revenue"),
        required: false,
        rule: { multiply: ["Quantity", "UnitPrice"] },
        described: text("Quantity × UnitPrice", "Quantity × UnitPrice"),
        examples: ["15.30", "20.34"],
      },
      {
        field: "coupon",
        name: text("优惠券", "Coupon"),
        required: false,
        rule: null,
        described: null,
        examples: [],
      },
    ],
    questions: [
      {
        id: "cancelled",
        default: null,
        text: text(
          "以 C 开头的单号（9,288 行）是退货吗？",
          "Are order numbers that begin with C (9,288 rows) returns?",
        ),
        choices: [
          { value: "refund", label: text("是退货", "Yes, returns") },
          { value: "keep", label: text("不是，照常算订单", "No, count them as orders") },
        ],
      },
    ],
    progress: 0,
    counts: { rows: 0, customers: 0, events: 0, rejected: 0 },
    quality: [],
    sentence: text(
      "看起来是订单明细：一行一件商品，8 列都认出来了。",
      "This looks like order lines, one item a row; all 8 columns were recognized.",
    ),
  };
}

export function further(state: Views["Import"]): Views["Import"] {
  if (state.status !== "running") return state;
  const progress = Math.min(1, state.progress + 0.34);
  const rows = Math.round(state.rows_estimate * progress);
  const counts = {
    rows,
    customers: Math.round(4372 * progress),
    events: Math.round(24_000 * progress),
    rejected: Math.round(37 * progress),
  };
  if (progress < 1) return { ...state, progress, counts };
  return {
    ...state,
    progress,
    counts,
    status: "done",
    sentence: text(
      "541,909 行都读完了：4,372 位客户，24,000 笔订单。",
      "All 541,909 rows were read: 4,372 customers, 24,000 orders.",
    ),
    quality: [
      {
        level: "good",
        text: text("99.99% 的行时间和金额都读得懂", "Time and amount were readable in 99.99% of rows"),
        rows: 541_872,
      },
      {
        level: "notice",
        text: text(
          "135,080 行没有客户号，订单收下了，但认不出是谁",
          "135,080 rows have no customer; the orders are kept, but nobody is recognized",
        ),
        rows: 135_080,
      },
      {
        level: "problem",
        text: text("手机号列里有 37 行不是手机号", "37 rows of the phone column are not phone numbers"),
        rows: 37,
      },
    ],
  };
}
