/** Says of a page whose figures are of shortly before from when they are, and asks again until the newer ones are there. */
import { type Query, useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { useFormat } from "@/shared/words/use-format";
import styles from "./page.module.css";

const AGAIN_MS = 1_500;

/** The moment of an answer that a newer one is on its way for, else nothing. */
function waitingSince({ state }: Query): string {
  const data = state.data as { counted?: Views["CountedAt"] | null } | undefined;
  return data?.counted?.newer_soon ? data.counted.at : "";
}

export function AsOf() {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const oldest = useSyncExternalStore(
    (tell) => queries.getQueryCache().subscribe(tell),
    () =>
      queries.getQueryCache().findAll({ type: "active" }).map(waitingSince).filter(Boolean).sort()[0] ?? "",
  );
  const waits = oldest !== "";
  useEffect(() => {
    if (!waits) return;
    const timer = setInterval(
      () => void queries.refetchQueries({ type: "active", predicate: (query) => waitingSince(query) !== "" }),
      AGAIN_MS,
    );
    return () => clearInterval(timer);
  }, [queries, waits]);
  return (
    <p className={styles.asOf} aria-live="polite" data-newer-soon={waits || undefined}>
      {waits ? t("common.asOf", { at: format.moment(oldest) }) : null}
    </p>
  );
}
