/** Goals that stand as bullet bars: where it is now, where it will be, and where it should come. */
import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import type { StandingGoal } from "../api/home";
import styles from "./rows.module.css";

const tones: Record<NonNullable<StandingGoal["review"]>["status"], Tone> = {
  on_path: "good",
  behind: "decide",
  over: "plain",
};

export function GoalBars({ goals }: { goals: StandingGoal[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ul className={styles.rows}>
      {goals.map((goal) => (
        <li key={goal.id}>
          <div className={styles.what}>
            <strong>{goal.name || goal.text}</strong>
            <span>{goal.review ? format.say(goal.review.sentence) : t("home.goalUnseen")}</span>
          </div>
          <div className={styles.band}>
            {goal.review ? <Bullet review={goal.review} /> : null}
            {goal.review && goal.metric ? (
              <span>
                {t("home.goalNow", {
                  now: format.metric(goal.review.level.now, goal.metric.unit),
                  target: format.metric(goal.review.target, goal.metric.unit),
                })}
              </span>
            ) : null}
          </div>
          <div className={styles.next}>
            {goal.review ? (
              <Badge tone={tones[goal.review.status]}>{t(`home.goalStatus.${goal.review.status}`)}</Badge>
            ) : null}
            {goal.next_review ? (
              <span>{t("home.nextLook", { at: format.date(goal.next_review) })}</span>
            ) : null}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Bullet({ review }: { review: NonNullable<StandingGoal["review"]> }) {
  const { level, target, path } = review;
  const values = [level.now, level.foreseen_low, level.foreseen_high, target, path, review.base];
  const top = Math.max(...values) * 1.06 || 1;
  const at = (value: number) => Math.max((value / top) * 100, 0);
  return (
    <svg className={styles.track} viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
      <rect className={styles.ground} x="0" width="100" y="2" height="8" />
      <rect
        className={styles.foreseen}
        x={at(level.foreseen_low)}
        width={Math.max(at(level.foreseen_high) - at(level.foreseen_low), 0.8)}
        y="2"
        height="8"
      />
      <rect className={styles.now} x="0" width={at(level.now)} y="4.5" height="3" />
      <line className={styles.target} x1={at(target)} x2={at(target)} y1="0" y2="12" />
    </svg>
  );
}
