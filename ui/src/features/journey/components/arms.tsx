/** The sides of an experiment and how many go each; the shares add up to everybody. */
import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Input, InputNumber } from "antd";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/words/use-format";
import styles from "./drawer.module.css";

interface Arm {
  id: string;
  share: number;
  next: string;
}

const ARMS_MIN = 2;
const ARMS_MAX = 10;

/** Equal shares in whole hundredths; the first takes what is left over. */
function evenly(arms: readonly Arm[]): Arm[] {
  const part = Math.floor(100 / arms.length);
  const rest = 100 - part * arms.length;
  return arms.map((arm, index) => ({ ...arm, share: (part + (index === 0 ? rest : 0)) / 100 }));
}

export function Arms({ arms, onChange }: { arms: unknown; onChange(arms: Arm[]): void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const all = arms as Arm[];
  const sum = all.reduce((total, arm) => total + arm.share, 0);
  const replace = (at: number, arm: Arm) => onChange(all.map((each, index) => (index === at ? arm : each)));
  const fresh = () => {
    const id = [..."abcdefghijklmnop"].find((name) => !all.some((arm) => arm.id === name)) ?? "z";
    onChange(evenly([...all, { id, share: 0, next: all[0]?.next ?? "" }]));
  };
  return (
    <>
      <ul className={styles.arms}>
        {all.map((arm, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: its name is what is being written.
          <li key={index}>
            <Input
              aria-label={t("step.armName")}
              value={arm.id}
              maxLength={40}
              onChange={(event) => replace(index, { ...arm, id: event.target.value })}
            />
            <InputNumber<number>
              aria-label={t("step.armShare")}
              min={1}
              max={99}
              precision={0}
              suffix="%"
              value={Math.round(arm.share * 100)}
              onChange={(next) => replace(index, { ...arm, share: (next ?? 1) / 100 })}
            />
            <Button
              type="text"
              icon={<CloseOutlined />}
              aria-label={t("step.removeArm")}
              disabled={all.length <= ARMS_MIN}
              onClick={() => onChange(evenly(all.filter((_, at) => at !== index)))}
            />
          </li>
        ))}
      </ul>
      {Math.abs(sum - 1) > 1e-6 ? (
        <p className={styles.lack} role="status">
          {t("step.sum", { share: format.percent(sum, 0) })}
        </p>
      ) : null}
      <div className={styles.actions}>
        <Button size="small" icon={<PlusOutlined />} disabled={all.length >= ARMS_MAX} onClick={fresh}>
          {t("step.addArm")}
        </Button>
        <Button size="small" onClick={() => onChange(evenly(all))}>
          {t("step.evenly")}
        </Button>
      </div>
    </>
  );
}
