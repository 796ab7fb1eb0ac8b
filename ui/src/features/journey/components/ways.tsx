/** Other ways of the same message, tried in turn: another channel where it is refused or unread, or both at once. */
import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, InputNumber, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Field } from "../model/field";
import { modeOf, type Way, type WayMode, withMode } from "../model/ways";
import drawer from "./drawer.module.css";
import styles from "./filters.module.css";
import { Pick } from "./pick";

const WAYS_MAX = 3;
const MODES: readonly WayMode[] = ["refused", "unread", "both"];
const PARTS = [
  { name: "channel", as: "channel" },
  { name: "content", as: "content" },
] as const satisfies readonly Field[];
const FRESH: Required<Way> = { channel: "", content: "", unless: "opened", after_s: 1_800 };

interface WaysProps {
  ways: readonly Way[];
  onChange(ways: readonly Way[] | undefined): void;
}

export function Ways({ ways, onChange }: WaysProps) {
  const { t } = useTranslation();
  const id = useId();
  const change = (next: readonly Way[]) => onChange(next.length > 0 ? next : undefined);
  const replace = (at: number, way: Way) => change(ways.map((each, place) => (place === at ? way : each)));
  return (
    <div>
      {ways.length > 0 ? (
        <ol className={styles.several}>
          {ways.map((way, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: ways have no names, and two may be alike.
            <li key={at}>
              <div className={styles.head}>
                <label htmlFor={`${id}${at}`}>{t("way.when", { number: at + 2 })}</label>
                <Button
                  type="text"
                  size="small"
                  icon={<CloseOutlined />}
                  aria-label={t("way.remove", { number: at + 2 })}
                  onClick={() => change(ways.filter((_, place) => place !== at))}
                />
              </div>
              <Select<WayMode>
                id={`${id}${at}`}
                value={modeOf(way)}
                options={MODES.map((value) => ({ value, label: t(`way.${value}`) }))}
                onChange={(mode) => replace(at, withMode(way, mode))}
              />
              {modeOf(way) === "unread" ? (
                <InputNumber<number>
                  className={styles.wide ?? ""}
                  aria-label={t("way.minutes")}
                  suffix={t("way.minutes")}
                  min={1}
                  max={24 * 60}
                  precision={0}
                  value={Math.round((way.after_s ?? FRESH.after_s) / 60)}
                  onChange={(minutes) => replace(at, { ...way, after_s: (minutes ?? 30) * 60 })}
                />
              ) : null}
              {PARTS.map((field) => (
                <div key={field.name} className={drawer.field}>
                  <label htmlFor={`${id}${at}${field.name}`}>{t(`step.fields.${field.name}`)}</label>
                  <Pick
                    id={`${id}${at}${field.name}`}
                    field={field}
                    kind={field.name}
                    value={way[field.name]}
                    onChange={(value) => replace(at, { ...way, [field.name]: value })}
                  />
                </div>
              ))}
            </li>
          ))}
        </ol>
      ) : null}
      <p>{t("way.how")}</p>
      {ways.length < WAYS_MAX ? (
        <Button size="small" icon={<PlusOutlined />} onClick={() => change([...ways, FRESH])}>
          {t("way.add")}
        </Button>
      ) : null}
    </div>
  );
}
