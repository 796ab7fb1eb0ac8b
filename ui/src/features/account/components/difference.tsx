/** What a version changed, asked for when it is opened, and the way back to what was before. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";
import { Note } from "@/shared/parts/note";
import { ErrorNote, Shown } from "@/shared/parts/shown";
import { SideDrawer } from "@/shared/parts/side-drawer";
import styles from "./rows.module.css";

export function Difference({ version: of }: { version: Views["AuditVersion"] }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const queries = useQueryClient();
  const path = { kind: of.kind, identity: of.id };
  const found = useQuery({
    queryKey: ["audit-version", of.kind, of.id, of.version],
    queryFn: () =>
      answered(
        api.GET("/api/audit/definitions/{kind}/{identity}/{version}", {
          params: { path: { ...path, version: of.version } },
        }),
      ),
    enabled: open,
  });
  const revert = useMutation({
    mutationFn: (newest: number) =>
      answered(
        api.POST("/api/definitions/{kind}/{identity}/revert", {
          params: { path },
          body: { version: of.version - 1, newest },
        }),
      ),
    onSuccess: () => queries.invalidateQueries(),
  });
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {t("audit.difference")}
      </Button>
      <SideDrawer open={open} side="right" title={`${of.name} v${of.version}`} onClose={() => setOpen(false)}>
        <Shown query={found}>
          {(compared) => (
            <>
              {compared.changes.map((each) => (
                <div key={each.path} className={styles.row}>
                  <span className={styles.grow}>
                    <b>{each.path}</b>
                    <br />
                    <del>{each.before || t("audit.nothing")}</del>
                    <br />
                    <ins>{each.after || t("audit.nothing")}</ins>
                  </span>
                </div>
              ))}
              {revert.isError ? <ErrorNote error={revert.error} /> : null}
              {revert.data ? (
                <Note
                  tone="good"
                  title={t("audit.reverted", { version: revert.data.version })}
                  role="status"
                />
              ) : of.version > 1 ? (
                <Button loading={revert.isPending} onClick={() => revert.mutate(compared.newest)}>
                  {t("audit.revert")}
                </Button>
              ) : null}
            </>
          )}
        </Shown>
      </SideDrawer>
    </>
  );
}
