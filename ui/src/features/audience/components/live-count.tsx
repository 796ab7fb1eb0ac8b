/** How many people a definition holds right now, the sentence it says, whom it reaches, and ten of them. */
import type { UseQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Views } from "@/shared/api/client";
import { Note } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { PeopleTable } from "@/shared/parts/people-table";
import { Waiting } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { useNames } from "@/shared/words/use-names";
import styles from "./live-count.module.css";

interface LiveCountProps {
  preview: UseQueryResult<Views["Preview"]>;
  complete: boolean;
  saved: Views["Audience"] | null;
}

export function LiveCount({ preview, complete, saved }: LiveCountProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const { data } = preview;
  if (!complete && data === undefined) {
    return (
      <Card title={t("audience.now")}>
        <Note tone="decide" title={t("audience.unfinished")} />
      </Card>
    );
  }
  if (data === undefined) {
    return (
      <Card title={t("audience.now")}>
        <Waiting query={preview} lines={10} />
      </Card>
    );
  }
  return (
    <>
      <Card title={t("audience.now")}>
        <p className={styles.count} aria-live="polite" data-stale={preview.isPlaceholderData || !complete}>
          {format.people(data.count)}
          <span>
            {t("audience.of", {
              people: format.people(data.of),
              share: format.percent(data.of > 0 ? data.count / data.of : 0),
            })}
          </span>
        </p>
        <p className={styles.sentence}>{format.say(data.sentence)}</p>
        {data.missing.map((gone) => (
          <Note key={gone.en} tone="harm" title={format.say(gone)}>
            <p>{t("audience.missingHow")}</p>
          </Note>
        ))}
        {saved ? (
          <p className={styles.sentence}>
            <Link to="?people=all" preventScrollReset>
              {t("audience.seeSaved", { people: format.people(saved.count) })}
            </Link>
          </p>
        ) : null}
        {complete ? null : <Note tone="decide" title={t("audience.unfinished")} />}
        {preview.isError ? <Waiting query={preview} /> : null}
        {data.reachable.length > 0 ? (
          <dl className={styles.reach}>
            {data.reachable.map((reach) => (
              <div key={reach.channel}>
                <dt>{names.channel(reach.channel)}</dt>
                <dd>{format.people(reach.people)}</dd>
              </div>
            ))}
          </dl>
        ) : null}
      </Card>
      <Card title={t("audience.sample")}>
        {data.sample.length > 0 ? (
          <PeopleTable people={data.sample} caption={t("audience.sample")} />
        ) : (
          <p className={styles.sentence}>{t("audience.nobody")}</p>
        )}
      </Card>
    </>
  );
}
