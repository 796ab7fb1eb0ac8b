/** What would change in the journey's definition, line by line; a sign and a word, never the colour alone. */
import { useTranslation } from "react-i18next";
import type { Proposal } from "../api/proposals";
import styles from "./proposals.module.css";

export function Diff({ lines }: { lines: Proposal["diff"] }) {
  const { t } = useTranslation();
  return (
    <dl className={styles.diff} aria-label={t("proposal.diff")}>
      {lines.map((line) => (
        <div key={line.path}>
          <dt>{line.path}</dt>
          {line.before === null ? null : <dd data-side="before">− {line.before}</dd>}
          {line.after === null ? null : <dd data-side="after">+ {line.after}</dd>}
        </div>
      ))}
    </dl>
  );
}
