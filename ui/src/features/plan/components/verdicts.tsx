/** The two verdicts as sentences, and what the proof costs. */
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { marks, type Tone } from "@/shared/parts/note";
import type { Text } from "@/shared/words/format";
import { useFormat } from "@/shared/words/use-format";
import type { Plan } from "../api/plans";
import { toneOf } from "../model/verdict";
import styles from "./plan.module.css";

export function Verdicts({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { reachable, provable, holdout } = plan;
  return (
    <div className={styles.verdicts}>
      {reachable ? (
        <Verdict
          question={t("plan.canReach")}
          tone={toneOf(reachable.probability)}
          share={reachable.probability}
          sentence={reachable.sentence}
          wouldNeed={reachable.would_need}
        />
      ) : null}
      {provable ? (
        <Verdict
          question={t("plan.canProve")}
          tone={toneOf(provable.power)}
          share={provable.power}
          sentence={provable.sentence}
          wouldNeed={provable.would_need}
        />
      ) : null}
      {holdout ? (
        <section className={styles.verdict}>
          <h2>{t("plan.price")}</h2>
          <p className={styles.figure}>{format.money(holdout.cost)}</p>
          <p>
            {t("plan.priceSentence", {
              share: format.percent(holdout.share, 0),
              people: format.people(holdout.people),
            })}
          </p>
        </section>
      ) : null}
    </div>
  );
}

interface VerdictProps {
  question: string;
  tone: Tone;
  share: number;
  sentence: Text;
  wouldNeed: Views["Reachable"]["would_need"];
}

function Verdict({ question, tone, share, sentence, wouldNeed }: VerdictProps) {
  const format = useFormat();
  return (
    <section className={styles.verdict} data-tone={tone}>
      <h2>{question}</h2>
      <p className={styles.figure}>
        <span className={styles.mark} aria-hidden="true">
          {marks[tone]}
        </span>
        {format.percent(share, 0)}
      </p>
      <p>{format.say(sentence)}</p>
      {wouldNeed ? <p className={styles.need}>{format.say(wouldNeed)}</p> : null}
    </section>
  );
}
