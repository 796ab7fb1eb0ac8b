/** One bar a goal: now, what the next window brings by itself, where it should be, where it is going. */
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import type { Unit } from "@/shared/words/format";
import { useFormat } from "@/shared/words/use-format";
import { bulletOf } from "../model/bullet";
import styles from "./standing.module.css";

export function Bullet({ review, unit }: { review: Views["GoalReview"]; unit: Unit }) {
  const { t } = useTranslation();
  const format = useFormat();
  const bullet = bulletOf(review);
  const say = (value: number) => format.metric(value, unit);
  const { level } = review;
  const words = {
    now: t("standing.now", { value: say(level.now) }),
    target: t("standing.target", { value: say(review.target) }),
    path: t("standing.path", { value: say(review.path) }),
    foreseen: t("standing.foreseen", { low: say(level.foreseen_low), high: say(level.foreseen_high) }),
  };
  return (
    <div
      className={styles.bar}
      role="img"
      aria-label={Object.values(words).join("；")}
      title={words.foreseen}
    >
      <span
        className={styles.band}
        style={{ insetInlineStart: `${bullet.band.left}%`, width: `${bullet.band.width}%` }}
      />
      <span className={styles.now} style={{ width: `${bullet.now}%` }} />
      <span className={styles.path} style={{ insetInlineStart: `${bullet.path}%` }} title={words.path} />
      <span className={styles.target} style={{ insetInlineStart: `${bullet.target}%` }} />
      <span
        className={styles.label}
        data-place="below"
        data-mark="now"
        style={{ insetInlineStart: `${bullet.now}%` }}
      >
        {words.now}
      </span>
      <span
        className={styles.label}
        data-place="above"
        data-mark="target"
        style={{ insetInlineStart: `${bullet.target}%` }}
      >
        {words.target}
      </span>
    </div>
  );
}
