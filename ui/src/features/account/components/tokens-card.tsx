/** API tokens: made with a role, shown once, revoked at once. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Input, Select } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { answered } from "@/shared/api/answer";
import { api } from "@/shared/api/client";
import { Badge, Note } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { ErrorNote, Shown } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { type Role, roles, tokensOptions } from "../api/account";
import styles from "./rows.module.css";

export function TokensCard() {
  const { t } = useTranslation();
  const format = useFormat();
  const id = useId();
  const queries = useQueryClient();
  const tokens = useQuery(tokensOptions);
  const [wanted, setWanted] = useState({ name: "", role: "viewer" as Role });
  const fresh = () => queries.invalidateQueries({ queryKey: tokensOptions.queryKey });
  const make = useMutation({
    mutationFn: () => answered(api.POST("/api/tokens", { body: { ...wanted, use_cases: [], teams: [] } })),
    onSuccess: fresh,
  });
  const revoke = useMutation({
    mutationFn: (token_id: string) =>
      answered(api.DELETE("/api/tokens/{token_id}", { params: { path: { token_id } } })),
    onSuccess: fresh,
  });
  return (
    <Card title={t("account.tokens")}>
      {make.isError ? <ErrorNote error={make.error} /> : null}
      {make.data ? (
        <Note tone="decide" title={t("account.tokensLead")} role="status">
          <code className={styles.link}>{make.data.secret}</code>
        </Note>
      ) : null}
      <Shown query={tokens} lines={2}>
        {({ tokens: rows }) => (
          <>
            {rows.map((each) => (
              <div key={each.token_id} className={styles.row}>
                <span className={styles.grow}>
                  {each.name} · {t(`role.${each.role}`)}
                  <br />
                  <span className={styles.soft}>
                    {each.used_at
                      ? t("account.used", { at: format.full(each.used_at) })
                      : t("account.neverUsed")}
                  </span>
                </span>
                {each.revoked_at ? (
                  <Badge tone="plain">{t("account.revoked")}</Badge>
                ) : (
                  <Button size="small" onClick={() => revoke.mutate(each.token_id)}>
                    {t("account.revoke")}
                  </Button>
                )}
              </div>
            ))}
          </>
        )}
      </Shown>
      <div className={styles.row}>
        <label htmlFor={id}>{t("account.tokenName")}</label>
        <Input
          id={id}
          style={{ width: 220 }}
          value={wanted.name}
          onChange={(event) => setWanted({ ...wanted, name: event.target.value })}
        />
        <Select<Role>
          aria-label={t("account.role")}
          value={wanted.role}
          popupMatchSelectWidth={false}
          options={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
          onChange={(role) => setWanted({ ...wanted, role })}
        />
        <Button onClick={() => make.mutate()}>{t("account.makeToken")}</Button>
      </div>
    </Card>
  );
}
