/** What makes whoever is inside leave at once: events and audiences. */
import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Segmented } from "antd";
import { useTranslation } from "react-i18next";
import { triggerOf } from "../model/triggers";
import { FieldRow } from "./fields";
import styles from "./filters.module.css";

type Exit = Record<string, unknown> & { on: string };

const KINDS = ["event", "audience"] as const;

export function Exits({ exits, onChange }: { exits: readonly Exit[]; onChange(exits: Exit[]): void }) {
  const { t } = useTranslation();
  const replace = (at: number, exit: Exit) =>
    onChange(exits.map((each, place) => (place === at ? exit : each)));
  return (
    <div>
      {exits.length > 0 ? (
        <ul className={styles.several}>
          {exits.map((exit, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: exits have no names, and two may be alike.
            <li key={`${at} ${exit.on}`}>
              <div className={styles.head}>
                <Segmented
                  size="small"
                  aria-label={t("journey.exitBy")}
                  value={exit.on}
                  onChange={(on) => replace(at, { on, ...triggerOf(on)?.fresh })}
                  options={KINDS.map((on) => ({ value: on, label: t(`journey.exitKinds.${on}`) }))}
                />
                <Button
                  type="text"
                  size="small"
                  icon={<CloseOutlined />}
                  aria-label={t("journey.removeExit")}
                  onClick={() => onChange(exits.filter((_, place) => place !== at))}
                />
              </div>
              {(triggerOf(exit.on)?.fields ?? []).map((field) => (
                <FieldRow
                  key={field.name}
                  field={field}
                  of={exit}
                  onChange={(value) => replace(at, { ...exit, [field.name]: value })}
                />
              ))}
            </li>
          ))}
        </ul>
      ) : null}
      <Button
        size="small"
        icon={<PlusOutlined />}
        onClick={() => onChange([...exits, { on: "event", name: "" }])}
      >
        {t("journey.addExit")}
      </Button>
    </div>
  );
}
