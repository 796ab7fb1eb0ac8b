/** Caps, quiet hours, and who is left in peace. */
import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { DeliveryRules } from "../api/rules";
import { minuteOf, timeOf, zonesWith } from "../model/quiet";
import { RuleLine } from "./rule-line";
import styles from "./rules.module.css";

const COUNT_MAX = 256;
const DAYS_MAX = 3_660;
const CAPS_MAX = 20;
const HELD_MAX = 20;
const NIGHT = { from_minute: 21 * 60, until_minute: 8 * 60, offset_minutes: 8 * 60 };

interface FormProps {
  rules: DeliveryRules;
  fixed: boolean;
  onChange(more: Partial<DeliveryRules>): void;
}

export function DeliveryForm({ rules, fixed, onChange }: FormProps) {
  const { t } = useTranslation();
  const { fatigue, held_everywhere: held } = rules;
  return (
    <>
      <RuleLine label={t("rules.caps")} hint={t("rules.capsHint")} fixed={fixed}>
        <Caps caps={rules.caps} fixed={fixed} onChange={(caps) => onChange({ caps })} />
      </RuleLine>
      <Quiet rules={rules} fixed={fixed} onChange={onChange} />
      <RuleLine
        label={t("rules.fatigue")}
        hint={t("rules.fatigueHint")}
        fixed={fixed}
        on={fatigue !== null}
        onSwitch={(on) => onChange({ fatigue: on ? { unanswered: 3, pause_days: 14 } : null })}
      >
        {fatigue ? (
          <>
            <InputNumber<number>
              style={{ width: 190 }}
              aria-label={t("rules.unanswered")}
              suffix={t("rules.unansweredOf")}
              min={1}
              max={COUNT_MAX}
              precision={0}
              disabled={fixed}
              value={fatigue.unanswered}
              onChange={(unanswered) => onChange({ fatigue: { ...fatigue, unanswered: unanswered ?? 1 } })}
            />
            <InputNumber<number>
              style={{ width: 190 }}
              aria-label={t("rules.pauseDays")}
              suffix={t("rules.days")}
              min={1}
              max={DAYS_MAX}
              disabled={fixed}
              value={fatigue.pause_days}
              onChange={(days) => onChange({ fatigue: { ...fatigue, pause_days: days ?? 1 } })}
            />
          </>
        ) : null}
      </RuleLine>
      <RuleLine
        label={t("rules.tickets")}
        hint={t("rules.ticketsHint")}
        fixed={fixed}
        on={rules.tickets_first}
        onSwitch={(tickets_first) => onChange({ tickets_first })}
      />
      <RuleLine
        label={t("rules.held")}
        hint={t("rules.heldHint")}
        fixed={fixed}
        on={held !== null}
        onSwitch={(on) => onChange({ held_everywhere: on ? { share: 0.05 } : null })}
      >
        {held ? (
          <InputNumber<number>
            style={{ width: 190 }}
            aria-label={t("rules.heldShare")}
            suffix="%"
            min={0.1}
            max={HELD_MAX}
            disabled={fixed}
            value={Math.round(held.share * 1_000) / 10}
            onChange={(share) => onChange({ held_everywhere: { share: (share ?? 5) / 100 } })}
          />
        ) : null}
      </RuleLine>
    </>
  );
}

function Caps({ caps, fixed, onChange }: { caps: Cap[]; fixed: boolean; onChange(caps: Cap[]): void }) {
  const { t } = useTranslation();
  const replace = (at: number, more: Partial<Cap>) =>
    onChange(caps.map((each, place) => (place === at ? { ...each, ...more } : each)));
  return (
    <>
      <ul className={styles.rows}>
        {caps.map((cap, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: caps have no names, and two may be alike.
          <li key={at}>
            <InputNumber<number>
              style={{ width: 190 }}
              aria-label={t("rules.capDays")}
              prefix={t("rules.capDaysBefore")}
              suffix={t("rules.capDaysAfter")}
              min={0.1}
              max={DAYS_MAX}
              disabled={fixed}
              value={cap.days}
              onChange={(days) => replace(at, { days: days ?? 1 })}
            />
            <InputNumber<number>
              style={{ width: 190 }}
              aria-label={t("rules.capCount")}
              prefix={t("rules.capCountBefore")}
              suffix={t("rules.capCountAfter")}
              min={0}
              max={COUNT_MAX}
              precision={0}
              disabled={fixed}
              value={cap.count}
              onChange={(count) => replace(at, { count: count ?? 1 })}
            />
            {fixed ? null : (
              <Button
                type="text"
                size="small"
                icon={<CloseOutlined />}
                aria-label={t("rules.removeCap")}
                onClick={() => onChange(caps.filter((_, place) => place !== at))}
              />
            )}
          </li>
        ))}
      </ul>
      {fixed || caps.length >= CAPS_MAX ? null : (
        <Button
          size="small"
          icon={<PlusOutlined />}
          onClick={() => onChange([...caps, { count: 1, days: 1 }])}
        >
          {t("rules.addCap")}
        </Button>
      )}
    </>
  );
}

type Cap = DeliveryRules["caps"][number];

function Quiet({ rules, fixed, onChange }: FormProps) {
  const { t } = useTranslation();
  const quiet = rules.quiet_hours;
  const put = (more: Partial<typeof NIGHT>) => onChange({ quiet_hours: { ...NIGHT, ...quiet, ...more } });
  const time = (label: string, minute: number, taken: (minute: number) => void) => (
    <input
      className={styles.time}
      type="time"
      aria-label={label}
      disabled={fixed}
      value={timeOf(minute)}
      onChange={(event) => {
        const given = minuteOf(event.target.value);
        if (given !== null) taken(given);
      }}
    />
  );
  return (
    <RuleLine
      label={t("rules.quiet")}
      hint={t("rules.quietHint")}
      fixed={fixed}
      on={quiet !== null}
      onSwitch={(on) => onChange({ quiet_hours: on ? NIGHT : null })}
    >
      {quiet ? (
        <>
          {time(t("rules.quietFrom"), quiet.from_minute, (from_minute) => put({ from_minute }))}
          <span>{t("rules.quietUntil")}</span>
          {time(t("rules.quietEnds"), quiet.until_minute, (until_minute) => put({ until_minute }))}
          <Select<number>
            aria-label={t("rules.zone")}
            popupMatchSelectWidth={false}
            disabled={fixed}
            value={quiet.offset_minutes}
            options={zonesWith(quiet.offset_minutes)}
            onChange={(offset_minutes) => put({ offset_minutes })}
          />
        </>
      ) : null}
    </RuleLine>
  );
}
