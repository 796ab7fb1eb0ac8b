/** What the person is assumed to do while the journey is tried: events, each so long after the start. */
import { CloseOutlined } from "@ant-design/icons";
import { Button, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Details } from "@/shared/parts/page";
import type { Happens } from "../api/trials";
import { useEditor } from "../editor";
import drawer from "./drawer.module.css";
import { Span } from "./span";
import styles from "./trial.module.css";

const AFTER_S = 3_600;

interface TrialAssumedProps {
  happens: readonly Happens[];
  onHappens(happens: readonly Happens[]): void;
}

export function TrialAssumed({ happens, onHappens }: TrialAssumedProps) {
  const { t } = useTranslation();
  const { parts } = useEditor();
  const field = useId();
  const called = (name: string) => parts.named.event.find((each) => each.value === name)?.label ?? name;
  const set = (at: number, after_s: number) =>
    onHappens(happens.map((each, place) => (place === at ? { ...each, after_s } : each)));
  return (
    <Details summary={happens.length > 0 ? t("trial.assumed", { count: happens.length }) : t("trial.assume")}>
      <div className={drawer.form}>
        {happens.map(({ name, after_s }, at) => (
          <div key={name} className={drawer.field}>
            <label htmlFor={`${field} ${name}`}>{t("trial.does", { event: called(name) })}</label>
            <div className={styles.assumed}>
              <Span id={`${field} ${name}`} seconds={after_s} onChange={(seconds) => set(at, seconds)} />
              <Button
                type="text"
                icon={<CloseOutlined />}
                aria-label={t("trial.forget", { event: called(name) })}
                onClick={() => onHappens(happens.filter((each) => each.name !== name))}
              />
            </div>
          </div>
        ))}
        <Select
          aria-label={t("trial.addEvent")}
          placeholder={t("trial.addEvent")}
          showSearch={{ optionFilterProp: "label" }}
          value={null}
          onChange={(name: string) => onHappens([...happens, { name, after_s: AFTER_S }])}
          options={parts.named.event.filter(({ value }) => happens.every((each) => each.name !== value))}
        />
      </div>
    </Details>
  );
}
