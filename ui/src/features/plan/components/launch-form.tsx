/** What may be chosen at the launch: everybody at once or in waves, and contents to compare for an action. */
import { InputNumber, Switch } from "antd";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/words/use-format";
import { CANARY, type LaunchTerms, type Plan } from "../api/plans";
import { CompareContents } from "./compare-contents";
import styles from "./launch-form.module.css";

const HOURS = 6;
const WAVES_MAX = 24;

interface LaunchFormProps {
  plan: Plan;
  terms: LaunchTerms;
  onChange(terms: LaunchTerms): void;
}

export function LaunchForm({ plan, terms, onChange }: LaunchFormProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { spread, canary } = terms;
  return (
    <div className={styles.form}>
      <div className={styles.line}>
        <Switch
          checked={canary !== null}
          aria-label={t("launch.canary")}
          onChange={(on) => onChange({ ...terms, canary: on ? CANARY : null })}
        />
        <span>{t("launch.canary")}</span>
      </div>
      {canary ? (
        <>
          <div className={styles.line}>
            <InputNumber
              className={styles.number ?? ""}
              aria-label={t("launch.canaryShare")}
              min={0.1}
              max={50}
              value={Number((canary.share * 100).toFixed(2))}
              suffix={t("launch.canaryShare")}
              onChange={(percent) =>
                onChange({ ...terms, canary: { ...canary, share: (percent ?? 1) / 100 } })
              }
            />
            <InputNumber
              className={styles.number ?? ""}
              aria-label={t("launch.canaryHours")}
              min={0.25}
              max={12}
              value={canary.hours}
              suffix={t("launch.canaryHours")}
              onChange={(hours) =>
                onChange({ ...terms, canary: { ...canary, hours: hours ?? CANARY.hours } })
              }
            />
          </div>
          <p className={styles.soft}>{t("launch.canaryHow")}</p>
        </>
      ) : null}
      <div className={styles.line}>
        <Switch
          checked={spread !== null}
          aria-label={t(plan.waves ? "launch.otherWaves" : "launch.inWaves")}
          onChange={(on) => onChange({ ...terms, spread: on ? { hours: HOURS, waves: HOURS } : null })}
        />
        <span>{t(plan.waves ? "launch.otherWaves" : "launch.inWaves")}</span>
      </div>
      {plan.waves && !spread ? <p className={styles.soft}>{format.say(plan.waves)}</p> : null}
      {spread ? (
        <div className={styles.line}>
          <InputNumber
            className={styles.number ?? ""}
            aria-label={t("launch.hours")}
            min={1}
            max={24 * 30}
            value={spread.hours}
            suffix={t("launch.hours")}
            onChange={(hours) => onChange({ ...terms, spread: { ...spread, hours: hours ?? HOURS } })}
          />
          <InputNumber
            className={styles.number ?? ""}
            aria-label={t("launch.waves")}
            min={1}
            max={WAVES_MAX}
            precision={0}
            value={spread.waves}
            suffix={t("launch.waves")}
            onChange={(waves) => onChange({ ...terms, spread: { ...spread, waves: waves ?? 1 } })}
          />
        </div>
      ) : null}
      <CompareContents plan={plan} terms={terms} onChange={onChange} />
    </div>
  );
}
