/** Where one is signed in, each to be ended. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";
import { Badge } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { ownSessionsOptions } from "../api/account";
import styles from "./rows.module.css";

export function OwnSessions() {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const rows = useQuery(ownSessionsOptions);
  const end = useMutation({
    mutationFn: (body: Views["EndSessions"]) => answered(api.POST("/api/account/sessions/end", { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ownSessionsOptions.queryKey }),
  });
  return (
    <Card
      title={t("account.sessions")}
      aside={
        <Button size="small" onClick={() => end.mutate({ ids: [], others: true })}>
          {t("account.endOthers")}
        </Button>
      }
    >
      <Shown query={rows} lines={3}>
        {({ sessions }) => (
          <>
            {sessions.map((each) => (
              <div key={each.id} className={styles.row}>
                <span className={styles.grow}>
                  {each.device}
                  <br />
                  <span className={styles.soft}>{`${each.address} · ${format.full(each.seen_at)}`}</span>
                </span>
                {each.current ? (
                  <Badge tone="good">{t("account.thisOne")}</Badge>
                ) : (
                  <Button size="small" onClick={() => end.mutate({ ids: [each.id], others: false })}>
                    {t("account.end")}
                  </Button>
                )}
              </div>
            ))}
          </>
        )}
      </Shown>
    </Card>
  );
}
