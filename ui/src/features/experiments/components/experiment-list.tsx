/** One row an experiment: what it asks, what it says so far, until when. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Badge, type Tone } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import type { Experiment } from "../api/experiments";
import styles from "./experiments.module.css";

const tones: Record<Experiment["verdict"], Tone> = {
  better: "good",
  worse: "good", // The usual way is best: that is an answer too.
  unclear: "plain",
  too_early: "plain",
};

export function ExperimentList({ experiments }: { experiments: Experiment[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ul className={styles.list}>
      {experiments.map((experiment) => (
        <li key={experiment.id}>
          <div className={styles.name}>
            <Link to={`/results/experiments/${experiment.id}`}>{experiment.name}</Link>
            <span>{format.say(experiment.headline)}</span>
          </div>
          <Badge tone={tones[experiment.verdict]}>{t(`experiment.status.${experiment.status}`)}</Badge>
          <span className={styles.until}>{format.day(experiment.ends_at)}</span>
        </li>
      ))}
    </ul>
  );
}
