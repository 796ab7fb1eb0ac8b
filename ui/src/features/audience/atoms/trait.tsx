/** A trait compared with a value, or a number held in a range. Money is edited in yuan and kept in fen. */
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { useFormat } from "@/shared/words/use-format";
import type { AtomKind, EditProps } from "./atom";
import styles from "./atoms.module.css";
import { Comparison } from "./comparison";

type Trait = Views["TraitAtom"];

export function newTrait(word: Views["TraitWord"]): Trait {
  if (word.type === "number") return { trait: word.id, gte: 0 };
  if (word.type === "yes_no") return { trait: word.id, is: true };
  if (word.type === "date") return { trait: word.id, days_since: { lte: 30 } };
  return { trait: word.id, in: word.values.slice(0, 1) };
}

/** A trait that the vocabulary does not know is what its test says. */
function isNumeric(atom: Trait): boolean {
  return [atom.gte, atom.gt, atom.lte, atom.lt, atom.eq].some((each) => each != null);
}

const DATE_TESTS = ["days_since", "days_to_anniversary"] as const;

export const trait: AtomKind<Trait> = { kind: "trait", Edit: EditTrait };

function EditTrait({ atom, words, onChange }: EditProps<Trait>) {
  const { t } = useTranslation();
  const word = words.vocabulary.traits.find((each) => each.id === atom.trait);
  if (atom.days_since || atom.days_to_anniversary)
    return <EditDate atom={atom} words={words} onChange={onChange} />;
  if (word?.type === "number" || isNumeric(atom)) {
    return <EditNumber atom={atom} words={words} onChange={onChange} unit={word?.unit ?? "none"} />;
  }
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
  return <EditText atom={atom} words={words} onChange={onChange} />;
}

function EditNumber({ atom, onChange, unit }: EditProps<Trait> & { unit: Views["TraitWord"]["unit"] }) {
  const { t } = useTranslation();
  const { trait: _, ...tests } = atom;
  return (
    <Comparison
      label={t("audience.value")}
      range={tests}
      scale={unit === "fen" ? 100 : 1}
      onChange={(range) => onChange({ trait: atom.trait, ...range })}
      {...(unit === "fen" ? { prefix: "¥" } : {})}
      {...(unit === "days" ? { unit: t("audience.unit.days") } : {})}
      {...(unit === "times" ? { unit: t("audience.unit.times") } : {})}
    />
  );
}

/** A date is asked how long ago it was, before it negative, or how soon it comes round: birthdays do every year. */
function EditDate({ atom, onChange }: EditProps<Trait>) {
  const { t } = useTranslation();
  const test = atom.days_to_anniversary ? "days_to_anniversary" : "days_since";
  return (
    <>
      <Select
        aria-label={t("audience.filterKind")}
        popupMatchSelectWidth={false}
        value={test}
        onChange={(next) => onChange({ trait: atom.trait, [next]: { lte: next === test ? 30 : 7 } })}
        options={DATE_TESTS.map((each) => ({ value: each, label: t(`audience.ofDate.${each}`) }))}
      />
      <Comparison
        label={t("audience.value")}
        range={atom[test] ?? {}}
        scale={1}
        onChange={(range) => onChange({ trait: atom.trait, [test]: range })}
        unit={t("audience.unit.days")}
      />
    </>
  );
}

/** A text is one of some values, or is known at all. */
function EditText({ atom, words, onChange }: EditProps<Trait>) {
  const { t } = useTranslation();
  const word = words.vocabulary.traits.find((each) => each.id === atom.trait);
  const format = useFormat();
  const chosen = (atom.in ?? (atom.is === null || atom.is === undefined ? [] : [atom.is])).map(String);
  const test = atom.exists === true ? "known" : atom.exists === false ? "unknown" : "is";
  return (
    <>
      <Select
        aria-label={t("audience.filterKind")}
        popupMatchSelectWidth={false}
        value={test}
        onChange={(next) =>
          onChange(
            next === "is" ? { trait: atom.trait, in: [] } : { trait: atom.trait, exists: next === "known" },
          )
        }
        options={[
          { value: "is", label: t("audience.is") },
          { value: "known", label: t("audience.known") },
          { value: "unknown", label: t("audience.unknown") },
        ]}
      />
      {test === "is" ? (
        <Select
          aria-label={t("audience.value")}
          mode="tags"
          className={styles.values ?? ""}
          status={chosen.length === 0 ? "warning" : ""}
          placeholder={t("audience.typeValue")}
          value={chosen}
          onChange={(values: string[]) => onChange({ trait: atom.trait, in: values })}
          options={(word?.values ?? []).map((value) => {
            const name = word?.value_names?.[value];
            return { value, label: name ? format.say(name) : value };
          })}
        />
      ) : null}
    </>
  );
}
