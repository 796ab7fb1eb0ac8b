/** Having a tag now. */
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { tagsOptions } from "../api/tags";
import type { AtomKind, EditProps } from "./atom";
import styles from "./atoms.module.css";

type TagAtom = Views["TagAtom"];

export function newTag(): TagAtom {
  return { tag: "" };
}

export const tag: AtomKind<TagAtom> = { kind: "tag", Edit: EditTag };

function EditTag({ atom, onChange }: EditProps<TagAtom>) {
  const { t } = useTranslation();
  const tags = useQuery(tagsOptions());
  return (
    <Select
      aria-label={t("tag.listTitle")}
      className={styles.values ?? ""}
      showSearch={{ optionFilterProp: "label" }}
      placeholder={t("tag.choose")}
      loading={tags.isPending}
      value={atom.tag === "" ? null : atom.tag}
      onChange={(id: string) => onChange({ tag: id })}
      options={(tags.data?.tags ?? []).map((each) => ({ value: each.tag_id, label: each.name }))}
    />
  );
}
