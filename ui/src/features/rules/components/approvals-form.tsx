/** Above how many people, and above how much money, a launch waits for somebody else. */
import { InputNumber } from "antd";
import { useTranslation } from "react-i18next";
import type { ApprovalRules } from "../api/rules";
import { RuleLine } from "./rule-line";

const PEOPLE = 5_000;
const FEN = 5_000_000;

interface FormProps {
  rules: ApprovalRules;
  fixed: boolean;
  onChange(more: Partial<ApprovalRules>): void;
}

export function ApprovalsForm({ rules, fixed, onChange }: FormProps) {
  const { t } = useTranslation();
  const { launch_over_people: people, launch_over_fen: fen } = rules;
  return (
    <>
      <RuleLine
        label={t("rules.overPeople")}
        hint={t("rules.overPeopleHint")}
        fixed={fixed}
        on={people !== null}
        onSwitch={(on) => onChange({ launch_over_people: on ? PEOPLE : null })}
      >
        <InputNumber<number>
          aria-label={t("rules.overPeople")}
          prefix={t("rules.over")}
          suffix={t("rules.people")}
          min={0}
          max={1_000_000_000}
          precision={0}
          style={{ width: 220 }}
          disabled={fixed}
          value={people}
          onChange={(value) => onChange({ launch_over_people: value ?? 0 })}
        />
      </RuleLine>
      <RuleLine
        label={t("rules.overMoney")}
        hint={t("rules.overMoneyHint")}
        fixed={fixed}
        on={fen !== null}
        onSwitch={(on) => onChange({ launch_over_fen: on ? FEN : null })}
      >
        <InputNumber<number>
          aria-label={t("rules.overMoney")}
          prefix={`${t("rules.over")} ¥`}
          min={0}
          max={1_000_000_000}
          precision={2}
          style={{ width: 220 }}
          disabled={fixed}
          value={fen === null ? null : fen / 100}
          onChange={(yuan) => onChange({ launch_over_fen: Math.round((yuan ?? 0) * 100) })}
        />
      </RuleLine>
    </>
  );
}
