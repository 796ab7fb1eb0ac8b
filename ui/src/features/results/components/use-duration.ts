import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/words/use-format";

const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
] as const;

/** Seconds in the largest unit that fits, with a decimal below ten. */
export function useDuration(): (seconds: number) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return (seconds) => {
    const [unit, size] = UNITS.find(([, each]) => seconds >= each) ?? (["s", 1] as const);
    const count = seconds / size;
    return t(`results.span.${unit}`, {
      n: format.number(count < 10 ? Math.round(count * 10) / 10 : Math.round(count)),
    });
  };
}
