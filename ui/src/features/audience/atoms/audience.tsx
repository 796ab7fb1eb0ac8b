/** Membership of another audience, or a signal that is raised. */
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { useFormat } from "@/shared/words/use-format";
import type { AtomKind, EditProps } from "./atom";
import styles from "./atoms.module.css";

type Audience = Views["AudienceAtom"];

export function newAudienceAtom(): Audience {
  return { audience: "" };
}

export const audience: AtomKind<Audience> = { kind: "audience", Edit: EditAudience };

function EditAudience({ atom, words, onChange }: EditProps<Audience>) {
  const { t } = useTranslation();
  const format = useFormat();
  const others = words.audiences.map((each) => ({ value: each.audience_id, label: each.name }));
  const signals = words.vocabulary.signals.map((each) => ({ value: each.id, label: format.say(each.name) }));
  return (
    <Select
      aria-label={t("audience.other")}
      className={styles.values ?? ""}
      placeholder={t("audience.choose")}
      value={atom.audience === "" ? null : atom.audience}
      onChange={(id: string) => onChange({ audience: id })}
      status={atom.audience === "" ? "warning" : ""}
      showSearch={{ optionFilterProp: "label" }}
      options={[
        { label: t("audience.others"), options: others },
        ...(signals.length > 0 ? [{ label: t("audience.signals"), options: signals }] : []),
      ]}
    />
  );
}
