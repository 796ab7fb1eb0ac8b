/** What a page shows while its data load, when they fail, and when they are there. Skeletons keep the height. */

import type { UseQueryResult } from "@tanstack/react-query";
import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { errorWords } from "@/shared/words/errors";
import { useLanguage } from "@/shared/words/language";
import { Note } from "./note";
import styles from "./shown.module.css";

interface ShownProps<T> {
  query: UseQueryResult<T>;
  /** Lines of the skeleton; about as many as the data will take. */
  lines?: number;
  children: (data: T) => ReactNode;
}

export function Shown<T>({ query, lines = 4, children }: ShownProps<T>) {
  // Data that were there once stay in view while a later reading fails.
  return query.data === undefined ? <Waiting query={query} lines={lines} /> : children(query.data);
}

export function Waiting({ query, lines = 4 }: { query: UseQueryResult; lines?: number }) {
  if (query.isError) return <ErrorNote error={query.error} retry={() => void query.refetch()} />;
  return <Skeleton lines={lines} />;
}

export function Skeleton({ lines }: { lines: number }) {
  const { t } = useTranslation();
  const widths = Array.from({ length: lines }, (_, line) => `${92 - ((line * 37) % 48)}%`);
  return (
    <div className={styles.skeleton} role="status" aria-label={t("common.loading")}>
      {widths.map((width, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are alike and never move.
        <span key={line} className={styles.bone} style={{ width }} />
      ))}
    </div>
  );
}

export function ErrorNote({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const words = errorWords(error, useLanguage(), t("common.unknownError"));
  return (
    <Note tone="harm" title={words.what} role="alert">
      {words.next ? <p>{words.next}</p> : null}
      {retry ? (
        <Button size="small" onClick={retry}>
          {t("common.retry")}
        </Button>
      ) : null}
    </Note>
  );
}
