/** Every source: how much came in lately, when last, who was recognised, and what is wrong. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Badge } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import type { SourceRow } from "../api/data";
import styles from "./data.module.css";
import { DayBars } from "./day-bars";

const BARS = 30;
const POOR = 0.5; // As an import's quality report has it: below half, something is set up wrong.

export function useSourceName() {
  const { t } = useTranslation();
  return (source: Pick<SourceRow, "source_id" | "kind" | "name">): string => {
    if (source.name !== "") return source.name;
    if (source.source_id === "write") return t("data.ownKey");
    return source.kind === "import" ? t("data.imports") : source.source_id.replace(/^form:/, "");
  };
}

export function SourceList({ sources }: { sources: SourceRow[] }) {
  return (
    <ul className={styles.sources}>
      {sources.map((source) => (
        <Line key={source.source_id} source={source} />
      ))}
    </ul>
  );
}

function Line({ source }: { source: SourceRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  const name = useSourceName()(source);
  const week = t("data.weekEvents", { events: format.people(source.events_week) });
  const last = useLast(source);
  return (
    <li>
      <div>
        <span className={styles.name}>
          {source.kind === "import" ? (
            <strong>{name}</strong>
          ) : (
            <Link to={`/data?source=${encodeURIComponent(source.source_id)}`}>{name}</Link>
          )}
          <Fault source={source} />
        </span>
        <span className={styles.under}>
          {[t(`data.kind.${source.kind}`), source.address, last].filter(Boolean).join(" · ")}
        </span>
      </div>
      {source.kind === "database" ? null : ( // What is pulled is imported, and counted there.
        <>
          <DayBars values={source.by_day.slice(-BARS)} label={week} />
          <div className={styles.numbers}>
            <strong>{week}</strong>
            <span className={styles.under}>
              {source.recognised === null
                ? t("data.today", { events: format.people(source.events_day) })
                : t("data.recognised", { share: format.percent(source.recognised, 0) })}
            </span>
          </div>
        </>
      )}
    </li>
  );
}

/** When something came from it last; of a database how its last pull went. */
function useLast(source: SourceRow): string {
  const { t } = useTranslation();
  const format = useFormat();
  if (source.kind !== "database") {
    return source.last_at ? t("data.lastAt", { at: format.moment(source.last_at) }) : t("data.never");
  }
  const pulled = source.last_pull;
  if (!pulled) return t("data.neverPulled");
  const at = format.moment(pulled.at);
  if (pulled.status === "failed") return t("source.failed", { at });
  return pulled.rows > 0
    ? t("source.done", { at, rows: format.people(pulled.rows) })
    : t("source.nothingNew", { at });
}

function Fault({ source }: { source: SourceRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (source.waiting > 0) {
    return (
      <Link to="/data/quarantine">
        <Badge tone="decide">{t("data.waiting", { records: format.people(source.waiting) })}</Badge>
      </Link>
    );
  }
  if (source.last_pull?.status === "failed") {
    return <Badge tone="harm">{t("source.broken")}</Badge>;
  }
  if (source.recognised !== null && source.recognised < POOR) {
    return <Badge tone="decide">{t("data.fewRecognised")}</Badge>;
  }
  return null;
}
