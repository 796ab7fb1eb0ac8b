/** What we sent and what we deliberately did not; each leads to the explanation of its gates. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Badge } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import { useNames } from "@/shared/words/use-names";
import type { Profile } from "../api/profiles";
import styles from "./person.module.css";

export function Messages({ profile }: { profile: Profile }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  return (
    <Card title={t("person.messages")}>
      {profile.messages.length === 0 ? <p className={styles.quiet}>{t("person.noMessages")}</p> : null}
      <ul className={styles.messages}>
        {profile.messages.map((message) => (
          <li key={message.message_key}>
            <Badge tone={message.sent ? "good" : "plain"}>
              {t(message.sent ? "person.sent" : "person.notSent")}
            </Badge>
            <div>
              <p>{format.say(message.sentence)}</p>
              <p className={styles.quiet}>
                {[names.channel(message.channel), message.goal, format.moment(message.at)]
                  .filter(Boolean)
                  .join(" · ")}
              </p>
            </div>
            <Link to={`?campaign=${encodeURIComponent(message.campaign_id)}`} preventScrollReset>
              {t(message.sent ? "person.whySent" : "person.whyNot")}
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
