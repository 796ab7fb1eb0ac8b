/** One version of a journey: who came to each node, who rests there now, what was sent there and opened. */
import { Table } from "antd";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/words/use-format";
import type { JourneyVersion } from "../api/journeys";
import styles from "./version-table.module.css";

type Node = JourneyVersion["nodes"][number];

export function VersionTable({ version }: { version: JourneyVersion }) {
  const { t } = useTranslation();
  const format = useFormat();
  const most = Math.max(...version.nodes.map((node) => node.arrived), 1);
  const share = (part: number, whole: number) => (whole > 0 ? format.percent(part / whole, 1) : "—");
  return (
    <Table<Node>
      dataSource={version.nodes}
      rowKey="id"
      size="small"
      pagination={false}
      scroll={{ x: 640 }}
      columns={[
        {
          title: t("journey.node"),
          dataIndex: "id",
          render: (_, node) => (
            <>
              {node.id} <span className={styles.kind}>{node.kind}</span>
            </>
          ),
        },
        {
          title: t("journey.arrived"),
          dataIndex: "arrived",
          align: "right",
          render: (_, node) => (
            <span className={styles.arrived}>
              <span
                className={styles.bar}
                style={{ width: `${(node.arrived / most) * 64}px` }}
                aria-hidden="true"
              />
              {format.people(node.arrived)}
            </span>
          ),
        },
        {
          title: t("journey.waiting"),
          dataIndex: "waiting",
          align: "right",
          render: (count: number) => format.people(count),
        },
        {
          title: t("journey.sent"),
          dataIndex: "sent",
          align: "right",
          render: (_, node) => (node.sent ? format.people(node.sent) : "—"),
        },
        {
          title: t("journey.opened"),
          align: "right",
          render: (_, node) => share(node.opened, node.sent),
        },
        {
          title: t("journey.clicked"),
          align: "right",
          render: (_, node) => share(node.clicked, node.sent),
        },
      ]}
    />
  );
}
