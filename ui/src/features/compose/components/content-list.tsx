/** The library by folder: what each content says, whether it may be sent, and what sends it. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Badge, type Tone } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import { useNames } from "@/shared/words/use-names";
import type { ContentRow } from "../api/contents";
import styles from "./contents.module.css";

export const stateTones: Record<ContentRow["state"], Tone> = {
  draft: "plain",
  submitted: "decide",
  approved: "good",
  rejected: "harm",
};
const verdictTones: Record<ContentRow["verdict"], Tone> = { fine: "good", warned: "decide", blocked: "harm" };

export function ContentList({ contents }: { contents: ContentRow[] }) {
  const { t } = useTranslation();
  const folders = [...new Set(contents.map((each) => each.folder))];
  return folders.map((folder) => (
    <Card key={folder} title={folder || t("content.noFolder")}>
      <ul className={styles.list}>
        {contents
          .filter((each) => each.folder === folder)
          .map((each) => (
            <ContentLine key={each.content_id} content={each} />
          ))}
      </ul>
    </Card>
  ));
}

function ContentLine({ content }: { content: ContentRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useNames();
  const names = [...new Set(content.used_in.map((each) => each.name))];
  return (
    <li>
      <div className={styles.what}>
        <Link to={`/contents/${encodeURIComponent(content.content_id)}`}>
          {content.name || content.subject || content.content_id}
        </Link>
        <span className={styles.excerpt}>
          {content.name ? content.subject || content.excerpt : content.excerpt}
        </span>
        <span className={styles.about}>
          {[
            content.channel ? words.channel(content.channel) : "",
            t(`content.purposes.${content.purpose}`),
            content.languages.join(" "),
            `v${content.version}`,
            format.day(content.updated_at),
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
        {names.length > 0 ? (
          <span className={styles.about}>{t("content.usedIn", { names: names.join("、") })}</span>
        ) : null}
      </div>
      <div className={styles.side}>
        <Badge tone={stateTones[content.state]}>{t(`content.states.${content.state}`)}</Badge>
        {content.verdict === "fine" ? null : (
          <Badge tone={verdictTones[content.verdict]}>{t(`content.verdicts.${content.verdict}`)}</Badge>
        )}
      </div>
    </li>
  );
}
