/** How long a sign-in lasts, how often it may fail, who needs codes, who sees and takes away what. */
import { Checkbox, InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { AccessRules } from "../api/rules";
import { RuleLine } from "./rule-line";
import styles from "./rules.module.css";

type Role = AccessRules["reveal_role"];
const ROLES: Role[] = ["staff", "viewer", "operator", "approver", "admin"];
const EXPORTERS = ["operator", "approver", "admin"] as const;

interface FormProps {
  rules: AccessRules;
  fixed: boolean;
  onChange(more: Partial<AccessRules>): void;
}

type Whole = "session_hours" | "idle_hours" | "tries_free" | "wait_minutes_max" | "reveal_day_max";

export function AccessForm({ rules, fixed, onChange }: FormProps) {
  const { t } = useTranslation();
  const whole = (name: Whole, label: string, unit: string, max: number, min = 1) => (
    <InputNumber<number>
      style={{ width: 220 }}
      aria-label={label}
      prefix={label}
      suffix={unit}
      min={min}
      max={max}
      precision={0}
      disabled={fixed}
      value={rules[name]}
      onChange={(value) => onChange({ [name]: value ?? min })}
    />
  );
  const exported = (role: string, value: number | null) => {
    const { [role]: _, ...others } = rules.export_max;
    onChange({ export_max: value === null ? others : { ...others, [role]: value } });
  };
  return (
    <>
      <RuleLine label={t("rules.session")} hint={t("rules.sessionHint")} fixed={fixed}>
        {whole("session_hours", t("rules.sessionHours"), t("rules.hours"), 2_160)}
        {whole("idle_hours", t("rules.idleHours"), t("rules.hours"), 2_160)}
      </RuleLine>
      <RuleLine label={t("rules.lock")} hint={t("rules.lockHint")} fixed={fixed}>
        {whole("tries_free", t("rules.tries"), t("rules.times"), 20)}
        {whole("wait_minutes_max", t("rules.wait"), t("rules.minutes"), 1_440)}
      </RuleLine>
      <RuleLine label={t("rules.codes")} hint={t("rules.codesHint")} fixed={fixed}>
        <Checkbox.Group<Role>
          disabled={fixed}
          value={rules.second_factor_roles}
          options={ROLES.map((value) => ({ value, label: t(`role.${value}`) }))}
          onChange={(second_factor_roles) => onChange({ second_factor_roles })}
        />
      </RuleLine>
      <RuleLine label={t("rules.reveal")} hint={t("rules.revealHint")} fixed={fixed}>
        <Select<Role>
          aria-label={t("rules.revealRole")}
          popupMatchSelectWidth={false}
          disabled={fixed}
          value={rules.reveal_role}
          options={ROLES.map((value) => ({
            value,
            label: t("rules.fromRole", { role: t(`role.${value}`) }),
          }))}
          onChange={(reveal_role) => onChange({ reveal_role })}
        />
        {whole("reveal_day_max", t("rules.revealDay"), t("rules.people"), 1_000, 0)}
      </RuleLine>
      <RuleLine label={t("rules.exports")} hint={t("rules.exportsHint")} fixed={fixed}>
        <ul className={styles.rows}>
          {EXPORTERS.map((role) => (
            <li key={role}>
              <InputNumber<number>
                style={{ width: 260 }}
                aria-label={`${t("rules.exports")} ${t(`role.${role}`)}`}
                prefix={t(`role.${role}`)}
                suffix={t("rules.people")}
                placeholder={t("rules.noLimit")}
                min={0}
                precision={0}
                disabled={fixed}
                value={rules.export_max[role] ?? null}
                onChange={(value) => exported(role, value)}
              />
            </li>
          ))}
        </ul>
      </RuleLine>
    </>
  );
}
