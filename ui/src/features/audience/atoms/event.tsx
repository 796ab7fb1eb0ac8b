/** An event counted in the last days: at least so often, or at most. */
import { InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import type { AtomKind, EditProps } from "./atom";

type Event = Views["EventAtom"];

const DAYS_MAX = 3650; // Ten years: longer than any lake keeps.

export function newEvent(id: string): Event {
  return { event: id, within_days: 30, count: { gte: 1 } };
}

export const event: AtomKind<Event> = { kind: "event", Edit: EditEvent };

function EditEvent({ atom, onChange }: EditProps<Event>) {
  const { t } = useTranslation();
  const bound = atom.count?.lte != null && atom.count.gte == null ? "lte" : "gte";
  const times = atom.count?.[bound] ?? 1;
  return (
    <>
      <span>{t("audience.withinLast")}</span>
      <InputNumber<number>
        aria-label={t("audience.days")}
        min={1}
        max={DAYS_MAX}
        precision={0}
        value={atom.within_days ?? 1}
        onChange={(days) => onChange({ ...atom, within_days: days ?? 1 })}
      />
      <span>{t("audience.unit.days")}</span>
      <Select
        aria-label={t("audience.bound")}
        value={bound}
        onChange={(chosen) =>
          onChange({ ...atom, count: chosen === "gte" ? { gte: times } : { lte: times } })
        }
        options={[
          { value: "gte", label: t("audience.atLeast") },
          { value: "lte", label: t("audience.atMost") },
        ]}
      />
      <InputNumber<number>
        aria-label={t("audience.times")}
        min={0}
        precision={0}
        value={times}
        onChange={(count) =>
          onChange({ ...atom, count: bound === "gte" ? { gte: count ?? 0 } : { lte: count ?? 0 } })
        }
      />
      <span>{t("audience.unit.times")}</span>
    </>
  );
}
