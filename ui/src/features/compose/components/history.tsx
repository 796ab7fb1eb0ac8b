/** Every version: what changed against the newest, and the way back. */
import { useQuery } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Shown } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { type ContentShown, changesOptions, useRevert } from "../api/contents";
import styles from "./contents.module.css";

const SIGNS = { same: " ", added: "+", removed: "−" } as const;

export function History({ shown, onReverted }: { shown: ContentShown; onReverted(): void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { message } = App.useApp();
  const [compared, setCompared] = useState<number | null>(null);
  const newest = shown.row.version;
  const revert = useRevert(shown.row.content_id);
  return (
    <ol className={styles.past}>
      {shown.versions.map((each) => (
        <li key={each.version}>
          <div className={styles.bar}>
            <b>v{each.version}</b>
            <span className={styles.about}>
              {format.moment(each.at)} · {format.say(each.by)}
            </span>
            {each.version === newest ? (
              <span>{t("content.newest")}</span>
            ) : (
              <>
                <Button
                  size="small"
                  onClick={() => setCompared(compared === each.version ? null : each.version)}
                >
                  {t("content.compare")}
                </Button>
                <Button
                  size="small"
                  loading={revert.isPending}
                  onClick={() =>
                    revert.mutate(each.version, {
                      onSuccess: () => {
                        void message.success(t("content.reverted", { version: each.version }));
                        onReverted();
                      },
                    })
                  }
                >
                  {t("content.revert")}
                </Button>
              </>
            )}
          </div>
          {compared === each.version ? (
            <Changes id={shown.row.content_id} before={each.version} after={newest} />
          ) : null}
        </li>
      ))}
    </ol>
  );
}

function Changes({ id, before, after }: { id: string; before: number; after: number }) {
  const { t } = useTranslation();
  const changes = useQuery(changesOptions(id, before, after));
  return (
    <Shown query={changes} lines={3}>
      {({ changes: lines }) =>
        lines.length === 0 ? (
          <p>{t("content.noChange")}</p>
        ) : (
          <pre className={styles.changes}>
            {lines.map((line, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one comparison never move.
              <span key={place} data-kind={line.kind}>
                {SIGNS[line.kind]} {line.text}
                {"\n"}
              </span>
            ))}
          </pre>
        )
      }
    </Shown>
  );
}
