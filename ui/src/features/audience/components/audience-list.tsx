/** Audiences by name: how many people, what each says, what uses it. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Views } from "@/shared/api/client";
import { useFormat } from "@/shared/words/use-format";
import styles from "./audience-list.module.css";

export function AudienceList({ audiences }: { audiences: Views["AudienceRow"][] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ul className={styles.list}>
      {audiences.map((audience) => (
        <li key={audience.audience_id}>
          <div>
            <Link to={`/audiences/${audience.audience_id}`}>{audience.name}</Link>
            <span>{format.say(audience.sentence)}</span>
          </div>
          <div className={styles.side}>
            <strong>{t("audience.people", { people: format.people(audience.count) })}</strong>
            <span>
              {audience.used_by > 0
                ? t("audience.usedBy", { count: audience.used_by })
                : t("audience.unused")}
            </span>
          </div>
        </li>
      ))}
    </ul>
  );
}
