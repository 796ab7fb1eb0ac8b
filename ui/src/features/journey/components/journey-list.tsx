/** Journeys by name: what starts each, who is inside, which version since when. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Badge } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import type { JourneyRow } from "../api/journeys";
import type { Named } from "../editor";
import type { Draft } from "../model/draft";
import { useTelling } from "../use-telling";
import styles from "./journey-list.module.css";

const nothing = () => null;

export function JourneyList({ journeys, named }: { journeys: readonly JourneyRow[]; named: Named }) {
  const { t } = useTranslation();
  const format = useFormat();
  const tell = useTelling(named, nothing);
  return (
    <ul className={styles.list}>
      {journeys.map((journey) => (
        <li key={journey.id}>
          <div>
            <Link to={`/journeys/${encodeURIComponent(journey.id)}/edit`}>{journey.name}</Link>{" "}
            <Badge tone={journey.status === "live" ? "good" : "decide"}>
              {t(journey.status === "live" ? "journey.status.live" : "journey.status.filling")}
            </Badge>
            <span>{tell.trigger({ trigger: journey.trigger } as unknown as Draft)}</span>
            <span className={styles.small}>
              {t("journey.row", {
                version: journey.version,
                steps: journey.nodes,
                at: format.moment(journey.published_at),
              })}
            </span>
          </div>
          <div className={styles.side}>
            <strong>{t("journey.inside", { people: format.people(journey.inside) })}</strong>
            <span>{t("journey.entered", { people: format.people(journey.entered) })}</span>
            <Link to={`/results/journeys?journey=${encodeURIComponent(journey.id)}`}>
              {t("journey.report")}
            </Link>
          </div>
        </li>
      ))}
    </ul>
  );
}
