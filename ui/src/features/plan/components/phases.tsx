/** The plan over time: its phases on a line and what leads each of them, or the waves that the goal asks for. */
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import type { Plan } from "../api/plans";
import { daysOf, placeOf } from "../model/phases";
import styles from "./phases.module.css";

interface PhasesProps {
  plan: Plan;
  /** Make the plan again with phases or without; nothing where it was launched. */
  onWish: ((phases: boolean) => void) | undefined;
  busy: boolean;
}

export function Phases({ plan, onWish, busy }: PhasesProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const phases = plan.phases ?? [];
  const staged = phases.length > 0;
  return (
    <Card
      title={t("timing.title")}
      aside={
        onWish && !plan.waves ? (
          <Button size="small" loading={busy} onClick={() => onWish(!staged)}>
            {t(staged ? "timing.toAtOnce" : "timing.toPhases")}
          </Button>
        ) : undefined
      }
    >
      {staged ? (
        <>
          <div className={styles.line} aria-hidden="true">
            {phases.map((phase) => (
              <span key={phase.name} data-phase={phase.name} style={placeOf(phase, phases)} />
            ))}
          </div>
          <ol className={styles.phases}>
            {phases.map((phase) => (
              <li key={phase.name} data-phase={phase.name}>
                <h3>
                  {format.say(phase.label)}
                  <span className={styles.days}>{t(daysOf(phase).words, daysOf(phase))}</span>
                </h3>
                <p className={styles.purpose}>{format.say(phase.purpose)}</p>
                <dl>
                  <Fact name={t("plan.people")} value={format.people(phase.people)} />
                  <Fact name={t("plan.spend")} value={format.money(phase.cost)} />
                  {phase.hero ? <Fact name={t("timing.hero")} value={format.say(phase.hero)} /> : null}
                  {phase.series ? <Fact name={t("timing.series")} value={format.say(phase.series)} /> : null}
                  {phase.format ? <Fact name={t("timing.format")} value={format.say(phase.format)} /> : null}
                </dl>
              </li>
            ))}
          </ol>
        </>
      ) : (
        <p className={styles.purpose}>{plan.waves ? format.say(plan.waves) : t("timing.atOnce")}</p>
      )}
    </Card>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
