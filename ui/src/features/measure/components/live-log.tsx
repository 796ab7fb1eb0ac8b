/** What happened to the campaign, and what the system did by itself: each with its reason, each to be undone. */
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Card, Details } from "@/shared/parts/page";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { type Live, useUndo } from "../api/live";
import styles from "./live.module.css";

export function LiveLog({ live }: { live: Live }) {
  const { t } = useTranslation();
  const format = useFormat();
  const undo = useUndo(live.campaign_id);
  return (
    <Card title={t("live.log")}>
      {undo.isError ? <ErrorNote error={undo.error} /> : null}
      <ol className={styles.log}>
        {live.log.map((entry) => (
          <li key={entry.number}>
            <time dateTime={entry.at}>{format.moment(entry.at)}</time>
            <div className={styles.entry}>
              <span>
                {format.say(entry.sentence)}
                <span className={styles.who}>{t(entry.by_system ? "live.bySystem" : "live.byPerson")}</span>
              </span>
              {entry.why ? (
                <Details summary={t("live.why")}>
                  <p className={styles.gain}>{format.say(entry.why)}</p>
                </Details>
              ) : null}
            </div>
            {entry.undo ? (
              <Button
                size="small"
                title={format.say(entry.undo)}
                loading={undo.isPending && undo.variables === entry.number}
                onClick={() => undo.mutate(entry.number)}
              >
                {t(entry.by_system ? "live.undo" : "live.letGo")}
              </Button>
            ) : null}
          </li>
        ))}
      </ol>
    </Card>
  );
}
