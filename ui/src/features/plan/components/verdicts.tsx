/** The two verdicts as sentences, and what the proof costs. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { marks, type Tone } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import type { Plan } from "../api/plans";
import { toneOf } from "../model/verdict";
import styles from "./plan.module.css";

interface VerdictsProps {
  plan: Plan;
  moved?: boolean;
  /** Declines proof or asks for it again, beside its price. */
  proof?: ReactNode;
}

/** `moved` is a plan at another budget: its verdicts are told in short, for the server's sentences are about its own. */
export function Verdicts({ plan, moved = false, proof }: VerdictsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { reachable, provable, holdout } = plan;
  const short = () => ({
    goal: format.lift(plan.goal_lift ?? 0, plan.lift_kind),
    point: format.lift(plan.forecast?.point ?? 0, plan.lift_kind),
    reach: format.percent(reachable?.probability ?? 0, 0),
    power: format.percent(provable?.power ?? 0, 0),
  });
  return (
    <div className={styles.verdicts}>
      {reachable ? (
        <Verdict
          question={t("plan.canReach")}
          tone={toneOf(reachable.probability)}
          share={reachable.probability}
          sentence={moved ? t("plan.reachShort", short()) : format.say(reachable.sentence)}
          wouldNeed={reachable.would_need}
        />
      ) : null}
      {provable && !holdout?.declined ? (
        <Verdict
          question={t("plan.canProve")}
          tone={toneOf(provable.power)}
          share={provable.power}
          sentence={moved ? t("plan.proveShort", short()) : format.say(provable.sentence)}
          wouldNeed={provable.would_need}
        />
      ) : null}
      {holdout?.declined && provable ? (
        <section className={styles.verdict}>
          <h2>{t("plan.canProve")}</h2>
          <p className={styles.figure}>{t("timing.declined")}</p>
          <p>{format.say(provable.sentence)}</p>
          {holdout.declined_cost ? (
            <p>{t("timing.saved", { cost: format.money(holdout.declined_cost) })}</p>
          ) : null}
          {proof}
        </section>
      ) : holdout ? (
        <section className={styles.verdict}>
          <h2>{t("plan.price")}</h2>
          <p className={styles.figure}>{format.money(holdout.cost)}</p>
          <p>
            {t("plan.priceSentence", {
              share: format.percent(holdout.share, 0),
              people: format.people(holdout.people),
            })}
          </p>
          {proof}
        </section>
      ) : null}
    </div>
  );
}

interface VerdictProps {
  question: string;
  tone: Tone;
  share: number;
  sentence: string;
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
      <p>{sentence}</p>
      {wouldNeed ? <p className={styles.need}>{format.say(wouldNeed)}</p> : null}
    </section>
  );
}
