/** The sides of a split whose shares are found out: names only. */
import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Input } from "antd";
import { useTranslation } from "react-i18next";
import styles from "./drawer.module.css";

interface Side {
  id: string;
  next: string;
}

const SIDES_MIN = 2;
const SIDES_MAX = 10;

export function Sides({ arms, onChange }: { arms: unknown; onChange(arms: Side[]): void }) {
  const { t } = useTranslation();
  const all = arms as Side[];
  const fresh = () => {
    const id = [..."abcdefghijklmnop"].find((name) => !all.some((side) => side.id === name)) ?? "z";
    onChange([...all, { id, next: all[0]?.next ?? "" }]);
  };
  return (
    <>
      <ul className={styles.arms}>
        {all.map((side, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: its name is what is being written.
          <li key={index}>
            <Input
              aria-label={t("step.armName")}
              value={side.id}
              maxLength={40}
              onChange={(event) =>
                onChange(all.map((each, at) => (at === index ? { ...each, id: event.target.value } : each)))
              }
            />
            <Button
              type="text"
              icon={<CloseOutlined />}
              aria-label={t("step.removeArm")}
              disabled={all.length <= SIDES_MIN}
              onClick={() => onChange(all.filter((_, at) => at !== index))}
            />
          </li>
        ))}
      </ul>
      <div className={styles.actions}>
        <Button size="small" icon={<PlusOutlined />} disabled={all.length >= SIDES_MAX} onClick={fresh}>
          {t("step.addArm")}
        </Button>
      </div>
    </>
  );
}
