/** Membership of another audience. */
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import type { AtomKind, EditProps } from "./atom";
import styles from "./atoms.module.css";

type Audience = Views["AudienceAtom"];

export function newAudienceAtom(): Audience {
  return { audience: "" };
}

export const audience: AtomKind<Audience> = { kind: "audience", Edit: EditAudience };

function EditAudience({ atom, words, onChange }: EditProps<Audience>) {
  const { t } = useTranslation();
  return (
    <Select
      aria-label={t("audience.other")}
      className={styles.values ?? ""}
      placeholder={t("audience.choose")}
      value={atom.audience === "" ? null : atom.audience}
      onChange={(id: string) => onChange({ audience: id })}
      options={words.audiences.map((each) => ({ value: each.audience_id, label: each.name }))}
    />
  );
}
