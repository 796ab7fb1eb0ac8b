/** A trait compared with a value, or a number held in a range. Money is edited in yuan and kept in fen. */
import { InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import type { AtomKind, EditProps } from "./atom";
import styles from "./atoms.module.css";

type Trait = Views["TraitAtom"];

export function newTrait(word: Views["TraitWord"]): Trait {
  if (word.type === "number") return { trait: word.id, gte: 0 };
  if (word.type === "yes_no") return { trait: word.id, is: true };
  return { trait: word.id, in: word.values.slice(0, 1) };
}

export const trait: AtomKind<Trait> = { kind: "trait", Edit: EditTrait };

function EditTrait({ atom, words, onChange }: EditProps<Trait>) {
  const { t } = useTranslation();
  const word = words.vocabulary.traits.find((each) => each.id === atom.trait);
  if (word?.type === "number")
    return <EditNumber atom={atom} words={words} onChange={onChange} unit={word.unit} />;
  if (word?.type === "yes_no") {
    return (
      <Select
        aria-label={t("audience.value")}
        value={atom.is === false ? "no" : "yes"}
        onChange={(chosen) => onChange({ trait: atom.trait, is: chosen === "yes" })}
        options={[
          { value: "yes", label: t("audience.yes") },
          { value: "no", label: t("audience.no") },
        ]}
      />
    );
  }
  const chosen = (atom.in ?? (atom.is === null || atom.is === undefined ? [] : [atom.is])).map(String);
  return (
    <>
      <span>{t("audience.is")}</span>
      <Select
        aria-label={t("audience.value")}
        mode="tags"
        className={styles.values ?? ""}
        value={chosen}
        onChange={(values: string[]) => onChange({ trait: atom.trait, in: values })}
        options={(word?.values ?? []).map((value) => ({ value, label: value }))}
      />
    </>
  );
}

function EditNumber({ atom, onChange, unit }: EditProps<Trait> & { unit: Views["TraitWord"]["unit"] }) {
  const { t } = useTranslation();
  const scale = unit === "fen" ? 100 : 1;
  const shown = (value: number | null | undefined) =>
    value === null || value === undefined ? null : value / scale;
  const between = (low: number | null, high: number | null): Trait => ({
    trait: atom.trait,
    ...(low === null ? {} : { gte: low * scale }),
    ...(high === null ? {} : { lte: high * scale }),
  });
  const low = shown(atom.gte);
  const high = shown(atom.lte);
  const prefix = unit === "fen" ? "¥" : undefined;
  const width = unit === "fen" ? (styles.money ?? "") : "";
  return (
    <>
      <InputNumber<number>
        aria-label={t("audience.atLeast")}
        placeholder={t("audience.any")}
        prefix={prefix}
        className={width}
        value={low}
        onChange={(value) => onChange(between(value, high))}
      />
      <span aria-hidden="true">–</span>
      <InputNumber<number>
        aria-label={t("audience.atMost")}
        placeholder={t("audience.any")}
        prefix={prefix}
        className={width}
        value={high}
        onChange={(value) => onChange(between(low, value))}
      />
      {unit === "days" || unit === "times" ? <span>{t(`audience.unit.${unit}`)}</span> : null}
    </>
  );
}
