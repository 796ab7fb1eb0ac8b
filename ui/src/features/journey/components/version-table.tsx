/** One version of a journey: who came to each node, who rests there now, what was sent there and opened. */
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/words/use-format";
import type { JourneyVersion } from "../api/journeys";
import styles from "./version-table.module.css";

export function VersionTable({ version }: { version: JourneyVersion }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const kind = (name: string) =>
    i18n.exists(`step.kinds.${name}`) ? t(`step.kinds.${name}` as "step.unset") : name;
  const most = Math.max(...version.nodes.map((node) => node.arrived), 1);
  const share = (part: number, whole: number) => (whole > 0 ? format.percent(part / whole, 1) : "—");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keyboard.
    <div className={styles.scroll} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            {(["node", "arrived", "waiting", "sent", "opened", "clicked"] as const).map((name) => (
              <th key={name} scope="col">
                {t(`journey.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {version.nodes.map((node) => (
            <tr key={node.id}>
              <th scope="row">
                {kind(node.kind)} <span className={styles.kind}>{node.id}</span>
              </th>
              <td>
                <span className={styles.arrived}>
                  <span
                    className={styles.bar}
                    style={{ width: `${(node.arrived / most) * 64}px` }}
                    aria-hidden="true"
                  />
                  {format.people(node.arrived)}
                </span>
              </td>
              <td>{format.people(node.waiting)}</td>
              <td>{node.sent ? format.people(node.sent) : "—"}</td>
              <td>{share(node.opened, node.sent)}</td>
              <td>{share(node.clicked, node.sent)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
