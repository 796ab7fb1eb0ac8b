/** What must not be harmed: how near each gauge is to the alarm, in words and as a bar. */
import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import type { Live } from "../api/live";
import styles from "./live.module.css";

const TONES: Record<Live["guardrails"][number]["gauge"], Tone> = {
  quiet: "good",
  near: "decide",
  crossed: "harm",
  unknown: "plain",
};

export function Guardrails({ guardrails }: { guardrails: Live["guardrails"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card title={t("live.guardrails")}>
      <ul className={styles.gauges}>
        {guardrails.map((guardrail) => (
          <li key={guardrail.metric} data-gauge={guardrail.gauge}>
            <span className={styles.gaugeName}>
              {format.say(guardrail.name)}
              <Badge tone={TONES[guardrail.gauge]}>{t(`live.gauge.${guardrail.gauge}`)}</Badge>
            </span>
            <span
              className={styles.gauge}
              role="img"
              aria-label={t("live.fill", { share: format.percent(guardrail.fill, 0) })}
            >
              <span style={{ width: `${guardrail.fill * 100}%` }} />
            </span>
            <span className={styles.gaugeWords}>{format.say(guardrail.sentence)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
