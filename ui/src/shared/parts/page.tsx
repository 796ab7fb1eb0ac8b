/** One page: one question as its title, one primary action at the top right. */
import { type ReactNode, useEffect } from "react";
import { AsOf } from "./as-of";
import styles from "./page.module.css";

interface PageProps {
  title: string;
  /** One sentence under the title: what the reader should take away. */
  lead?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
}

export function Page({ title, lead, action, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Liftloop`;
  }, [title]);
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <div className={styles.words}>
          <h1>
            <bdi>{title}</bdi>
          </h1>
          {lead ? <div className={styles.lead}>{lead}</div> : null}
        </div>
        {action ? <div className={styles.action}>{action}</div> : null}
        <AsOf />
      </header>
      {children}
    </div>
  );
}

interface CardProps {
  title?: string;
  aside?: ReactNode;
  children: ReactNode;
}

export function Card({ title, aside, children }: CardProps) {
  return (
    <section className={styles.card}>
      {title ? (
        <div className={styles.cardHead}>
          <h2>{title}</h2>
          {aside}
        </div>
      ) : null}
      {children}
    </section>
  );
}

/** The analyst's half of a card, closed until asked for. */
export function Details({ summary, children }: { summary: string; children: ReactNode }) {
  return (
    <details className={styles.details}>
      <summary>{summary}</summary>
      <div className={styles.detailsBody}>{children}</div>
    </details>
  );
}
