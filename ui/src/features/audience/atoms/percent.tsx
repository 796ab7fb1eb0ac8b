/** A stable slice of people, the same ones every day. */
import { InputNumber } from "antd";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import type { AtomKind, EditProps } from "./atom";

type Percent = Views["PercentAtom"];

export function newPercent(): Percent {
  return { percent: [0, 10], salt: "slice" };
}

export const percent: AtomKind<Percent> = { kind: "percent", Edit: EditPercent };

function EditPercent({ atom, onChange }: EditProps<Percent>) {
  const { t } = useTranslation();
  const [low = 0, high = 0] = atom.percent;
  return (
    <>
      <InputNumber<number>
        aria-label={t("audience.from")}
        min={0}
        max={100}
        suffix="%"
        value={low}
        onChange={(value) => onChange({ ...atom, percent: [value ?? 0, high] })}
      />
      <span aria-hidden="true">–</span>
      <InputNumber<number>
        aria-label={t("audience.to")}
        min={0}
        max={100}
        suffix="%"
        value={high}
        onChange={(value) => onChange({ ...atom, percent: [low, value ?? 0] })}
      />
    </>
  );
}
