/** The tags a person has now, each with what it means and until when. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Facts } from "@/shared/parts/facts";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import type { Profile } from "../api/profiles";

export function Tags({ profile }: { profile: Profile }) {
  const { t } = useTranslation();
  const format = useFormat();
  const tags = profile.tags ?? [];
  if (tags.length === 0) return null;
  return (
    <Card title={t("tag.listTitle")}>
      <Facts
        facts={tags.map((tag) => ({
          name: tag.category || t("tag.uncategorized"),
          value: <Link to={`/tags?tag=${encodeURIComponent(tag.tag_id)}`}>{tag.name}</Link>,
          under: [
            tag.meaning,
            t("person.since", { date: format.day(tag.since) }),
            tag.until ? t("tag.until", { date: format.day(tag.until) }) : "",
          ]
            .filter(Boolean)
            .join(" · "),
        }))}
      />
    </Card>
  );
}
