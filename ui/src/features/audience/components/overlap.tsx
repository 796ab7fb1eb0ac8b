/** Whom else these people belong to: other audiences and running campaigns, the largest overlap first. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Card } from "@/shared/parts/page";
import { Waiting } from "@/shared/parts/shown";
import { useSettled } from "@/shared/use-settled";
import { useFormat } from "@/shared/words/use-format";
import { overlapOptions } from "../api/audiences";
import type { Node } from "../model/tree";
import styles from "./overlap.module.css";

const PAUSE_MS = 600; // Slower than the count: it compares with many groups, and nobody reads it while typing.
const ROWS = 8;

interface OverlapProps {
  definition: Node;
  complete: boolean;
  /** The audience itself is no overlap. */
  own: string | null;
}

export function Overlap({ definition, complete, own }: OverlapProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const settled = useSettled(definition, PAUSE_MS);
  const overlap = useQuery(overlapOptions(settled, complete && settled === definition));
  const { data } = overlap;
  if (!data) {
    return (
      <Card title={t("audience.overlap")}>
        {overlap.isFetching || overlap.isError ? (
          <Waiting query={overlap} lines={3} />
        ) : (
          <p className={styles.none}>{t("audience.unfinished")}</p>
        )}
      </Card>
    );
  }
  const rows = data.rows.filter((row) => row.id !== own && row.both > 0).slice(0, ROWS);
  const share = (both: number) => (data.count > 0 ? both / data.count : 0);
  return (
    <Card title={t("audience.overlap")}>
      {rows.length === 0 ? (
        <p className={styles.none}>{t("audience.noOverlap")}</p>
      ) : (
        <ul className={styles.rows} data-stale={overlap.isPlaceholderData}>
          {rows.map((row) => (
            <li key={`${row.kind}:${row.id}`}>
              <Link to={row.kind === "audience" ? `/audiences/${row.id}` : `/campaigns/${row.id}`}>
                {row.name}
              </Link>
              <span className={styles.kind}>{t(`audience.overlapKinds.${row.kind}`)}</span>
              <span className={styles.both}>
                {t("audience.both", {
                  people: format.people(row.both),
                  share: format.percent(share(row.both)),
                })}
              </span>
              <span className={styles.track} aria-hidden="true">
                <span style={{ width: `${100 * share(row.both)}%` }} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
