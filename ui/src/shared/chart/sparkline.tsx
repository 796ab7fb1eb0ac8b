/** A lift's course beside a campaign's name; the words next to it say the same. */
import type { Views } from "@/shared/api/client";
import { SPARK, sparklineOf } from "./course";
import styles from "./sparkline.module.css";

export function Sparkline({ looks }: { looks: Views["Look"][] }) {
  const drawn = sparklineOf(looks);
  if (drawn === null) return <span className={styles.spark} aria-hidden="true" />;
  return (
    <svg
      className={styles.spark}
      viewBox={`0 0 ${SPARK.width} ${SPARK.height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path className={styles.sparkBand} d={drawn.band} />
      <line className={styles.sparkZero} x1="0" x2={SPARK.width} y1={drawn.zero} y2={drawn.zero} />
      <path className={styles.sparkLine} d={drawn.line} />
    </svg>
  );
}
