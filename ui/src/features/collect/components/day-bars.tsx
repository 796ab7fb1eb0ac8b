/** One small bar a day, the last one today; the number beside it says the same in words. */
import styles from "./data.module.css";

const WIDTH_PX = 3;
const STEP_PX = 4;
const HEIGHT_PX = 24;

export function DayBars({ values, label }: { values: (number | null)[]; label: string }) {
  const most = Math.max(...values.map((value) => value ?? 0), 0);
  return (
    <svg
      className={styles.bars}
      width={values.length * STEP_PX}
      height={HEIGHT_PX}
      viewBox={`0 0 ${values.length * STEP_PX} ${HEIGHT_PX}`}
      role="img"
      aria-label={label}
    >
      {values.map((value, day) => {
        const height = most > 0 && value ? Math.max(2, (value / most) * HEIGHT_PX) : 1;
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: days never move.
            key={day}
            x={day * STEP_PX}
            y={HEIGHT_PX - height}
            width={WIDTH_PX}
            height={height}
          />
        );
      })}
    </svg>
  );
}
