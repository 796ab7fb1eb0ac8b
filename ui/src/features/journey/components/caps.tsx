/** The journey's own caps: so many marketing messages in so many days, in a period or always. */
import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, InputNumber } from "antd";
import { useTranslation } from "react-i18next";
import type { Field } from "../model/field";
import { FieldRow } from "./fields";
import styles from "./filters.module.css";

export interface Cap {
  count: number;
  days: number;
  from_ms?: number;
  until_ms?: number;
}

const COUNT_MAX = 256;
const DAYS_MAX = 90;
const PERIOD: readonly Field[] = [
  { name: "from_ms", as: "moment", optional: true },
  { name: "until_ms", as: "moment", optional: true },
];

export function Caps({ caps, onChange }: { caps: readonly Cap[]; onChange(caps: Cap[]): void }) {
  const { t } = useTranslation();
  const replace = (at: number, cap: Cap) => onChange(caps.map((each, place) => (place === at ? cap : each)));
  return (
    <div>
      {caps.length > 0 ? (
        <ul className={styles.several}>
          {caps.map((cap, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: caps have no names, and two may be alike.
            <li key={at}>
              <div className={styles.head}>
                <span className={styles.line}>
                  <InputNumber<number>
                    aria-label={t("journey.capDays")}
                    suffix={t("journey.capDaysOf")}
                    min={0.1}
                    max={DAYS_MAX}
                    value={cap.days}
                    onChange={(days) => replace(at, { ...cap, days: days ?? 1 })}
                  />
                  <InputNumber<number>
                    aria-label={t("journey.capCount")}
                    suffix={t("journey.capCountOf")}
                    min={0}
                    max={COUNT_MAX}
                    precision={0}
                    value={cap.count}
                    onChange={(count) => replace(at, { ...cap, count: count ?? 1 })}
                  />
                </span>
                <Button
                  type="text"
                  size="small"
                  icon={<CloseOutlined />}
                  aria-label={t("journey.removeCap")}
                  onClick={() => onChange(caps.filter((_, place) => place !== at))}
                />
              </div>
              {PERIOD.map((field) => (
                <FieldRow
                  key={field.name}
                  field={field}
                  of={{ ...cap }}
                  onChange={(value) => replace(at, { ...cap, [field.name]: value || undefined })}
                />
              ))}
            </li>
          ))}
        </ul>
      ) : null}
      <Button size="small" icon={<PlusOutlined />} onClick={() => onChange([...caps, { count: 1, days: 7 }])}>
        {t("journey.addCap")}
      </Button>
    </div>
  );
}
