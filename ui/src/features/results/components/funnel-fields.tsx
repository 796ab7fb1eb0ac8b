/** The steps of a funnel, how long it may take, in which days, and by what people are told apart. */
import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, InputNumber, Segmented } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { FunnelAsked, Vocabulary } from "../api/results";
import { knownWays, WAYS } from "../model/asked";
import { DayFields, EventSelect, GroupSelect } from "./fields";
import styles from "./results.module.css";

const STEPS_MAX = 12; // As the server has it.
const DAYS_MAX = 366;

interface FunnelFieldsProps {
  asked: FunnelAsked;
  vocabulary: Vocabulary;
  onChange(asked: FunnelAsked): void;
}

export function FunnelFields({ asked, vocabulary, onChange }: FunnelFieldsProps) {
  const { t } = useTranslation();
  const within = useId();
  const events = asked.steps.map((step) => step.event);
  const walk = (chosen: readonly string[]) =>
    onChange({ ...asked, steps: chosen.map((event) => ({ event, where: [] })) });
  const ways = knownWays(vocabulary);
  return (
    <div className={styles.fields}>
      <ol className={styles.steps} aria-label={t("results.funnel.steps")}>
        {events.map((event, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same event may be two steps.
          <li key={place}>
            <EventSelect
              vocabulary={vocabulary}
              value={event}
              label={t("results.funnel.step", { step: place + 1 })}
              onChange={(chosen) => walk(events.map((each, at) => (at === place ? chosen : each)))}
            />
            {events.length > 2 ? (
              <Button
                type="text"
                size="small"
                icon={<CloseOutlined />}
                aria-label={t("results.funnel.remove", { step: place + 1 })}
                onClick={() => walk(events.filter((_, at) => at !== place))}
              />
            ) : null}
          </li>
        ))}
        {events.length < STEPS_MAX ? (
          <li>
            <Button
              icon={<PlusOutlined />}
              onClick={() => walk([...events, vocabulary.events[0]?.event ?? "any"])}
            >
              {t("results.funnel.add")}
            </Button>
          </li>
        ) : null}
      </ol>
      {ways.length > 0 ? (
        <p className={styles.ways}>
          {t("results.funnel.usual")}
          {ways.map((way) => (
            <Button key={way} type="link" size="small" onClick={() => walk(WAYS[way])}>
              {t(`results.funnel.way.${way}`)}
            </Button>
          ))}
        </p>
      ) : null}
      <div className={styles.row}>
        <DayFields
          days={asked as { from: string | null; to: string | null }}
          onChange={(days) => onChange({ ...asked, ...days })}
        />
        <div className={styles.field}>
          <label htmlFor={within}>{t("results.funnel.within")}</label>
          <InputNumber
            id={within}
            min={0.01}
            max={DAYS_MAX}
            value={asked.window_days}
            suffix={t("results.daysUnit")}
            onChange={(days) => onChange({ ...asked, window_days: days ?? 7 })}
          />
        </div>
        <div className={styles.field}>
          <span>{t("results.funnel.order")}</span>
          <Segmented
            value={asked.ordered ? "ordered" : "any"}
            onChange={(order) => onChange({ ...asked, ordered: order === "ordered" })}
            options={[
              { value: "ordered", label: t("results.funnel.ordered") },
              { value: "any", label: t("results.funnel.anyOrder") },
            ]}
          />
        </div>
        <GroupSelect
          touched
          grouping={asked.group ?? null}
          onChange={(group) => onChange({ ...asked, group })}
        />
      </div>
    </div>
  );
}
