/** All tags by category: what each says, who answers for it, how many it covers, and what is odd about it. */
import { Input, Segmented } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Badge, EmptyNote } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import type { Tag } from "../api/tags";
import { byCategory, fitting, type TagFilter } from "../model/tags";
import styles from "./tag-list.module.css";

const FILTERS: TagFilter[] = ["all", "unused", "conflict"];

export function TagList({ tags }: { tags: Tag[] }) {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<TagFilter>("all");
  const [typed, setTyped] = useState("");
  const categories = byCategory(fitting(tags, filter, typed));
  return (
    <>
      <div className={styles.tools}>
        <Input
          type="search"
          allowClear
          aria-label={t("tag.search")}
          placeholder={t("tag.search")}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <Segmented
          value={filter}
          onChange={setFilter}
          options={FILTERS.map((each) => ({ value: each, label: t(`tag.filter.${each}`) }))}
        />
      </div>
      {categories.length === 0 ? <EmptyNote title={t("tag.noMatch")} /> : null}
      {categories.map((category) => (
        <section key={category.name}>
          <h3 className={styles.category}>{category.name || t("tag.uncategorized")}</h3>
          <ul className={styles.list}>
            {category.tags.map((tag) => (
              <TagLine key={tag.tag_id} tag={tag} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

function TagLine({ tag }: { tag: Tag }) {
  const { t } = useTranslation();
  const format = useFormat();
  const said = [tag.meaning || (tag.rule ? format.say(tag.rule) : ""), tag.owner, t(`tag.by.${tag.by}`)];
  return (
    <li>
      <div>
        <Link to={{ search: `?tag=${encodeURIComponent(tag.tag_id)}` }} preventScrollReset>
          {tag.name}
        </Link>
        <span className={styles.said}>{said.filter(Boolean).join(" · ")}</span>
        {tag.unused || tag.conflicts.length > 0 ? (
          <span className={styles.marks}>
            {tag.unused ? <Badge tone="plain">{t("tag.unused")}</Badge> : null}
            {tag.conflicts.length > 0 ? <Badge tone="decide">{t("tag.inConflict")}</Badge> : null}
          </span>
        ) : null}
      </div>
      <div className={styles.side}>
        <strong>{t("tag.people", { people: format.people(tag.people) })}</strong>
        <span>{t("tag.share", { share: format.percent(tag.share) })}</span>
      </div>
    </li>
  );
}
