/** Names and values side by side; a list for the eye and for the screen reader. */
import type { ReactNode } from "react";
import styles from "./facts.module.css";

export interface Fact {
  name: string;
  value: ReactNode;
  /** A line under the value: what it is measured on, or what it means. */
  under?: ReactNode;
}

export function Facts({ facts, large = false }: { facts: Fact[]; large?: boolean }) {
  return (
    <dl className={styles.facts} data-large={large}>
      {facts.map((fact) => (
        <div key={fact.name} className={styles.fact}>
          <dt>{fact.name}</dt>
          <dd>
            <span className={styles.value}>{fact.value}</span>
            {fact.under ? <span className={styles.under}>{fact.under}</span> : null}
          </dd>
        </div>
      ))}
    </dl>
  );
}
