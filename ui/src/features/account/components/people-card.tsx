/** Everybody who may sign in: role and teams, invited, switched off and on. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Input, Select } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";
import { Badge, Note } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { ErrorNote, Shown } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { type Account, accountsOptions, type Role, roles } from "../api/account";
import styles from "./rows.module.css";

const nobody = { login: "", name: "", role: "operator" as Role, teams: [], staff: "", active: true };

export function PeopleCard() {
  const { t } = useTranslation();
  const format = useFormat();
  const id = useId();
  const queries = useQueryClient();
  const people = useQuery(accountsOptions);
  const [wanted, setWanted] = useState<Views["AccountRequest"]>(nobody);
  const fresh = () => queries.invalidateQueries({ queryKey: accountsOptions.queryKey });
  const make = useMutation({
    mutationFn: () => answered(api.POST("/api/accounts", { body: wanted })),
    onSuccess: () => {
      setWanted(nobody);
      return fresh();
    },
  });
  const invite = useMutation({
    mutationFn: (account_id: string) =>
      answered(api.POST("/api/accounts/{account_id}/invite", { params: { path: { account_id } } })),
  });
  const change = useMutation({
    mutationFn: ({ account_id, ...rest }: Account) => {
      const { login, name, role, teams, staff, active } = rest;
      const body = { login, name, role, teams, staff, active };
      return answered(api.PUT("/api/accounts/{account_id}", { params: { path: { account_id } }, body }));
    },
    onSuccess: fresh,
  });
  const options = roles.map((value) => ({ value, label: t(`role.${value}`) }));
  const link = invite.data ?? make.data;
  const failure = make.error ?? change.error ?? invite.error;
  return (
    <Card>
      {failure ? <ErrorNote error={failure} /> : null}
      {link ? (
        <Note tone="decide" title={t("account.linkOnce", { until: format.full(link.ends_at) })} role="status">
          <code className={styles.link}>{`${window.location.origin}${link.path}`}</code>
        </Note>
      ) : null}
      <Shown query={people} lines={4}>
        {({ accounts }) => (
          <>
            {accounts.map((each) => (
              <div key={each.account_id} className={styles.row}>
                <span className={styles.grow}>
                  {each.name}
                  <br />
                  <span className={styles.soft}>
                    {each.login} · {each.teams.length > 0 ? each.teams.join(" · ") : t("account.everybody")}
                  </span>
                </span>
                {each.state === "active" ? null : <Badge tone="plain">{t(`account.${each.state}`)}</Badge>}
                {each.second_factor ? <Badge tone="good">{t("account.codes")}</Badge> : null}
                <Select<Role>
                  aria-label={`${each.name} ${t("account.role")}`}
                  value={each.role}
                  options={options}
                  popupMatchSelectWidth={false}
                  onChange={(role) => change.mutate({ ...each, role })}
                />
                <Button size="small" disabled={!each.active} onClick={() => invite.mutate(each.account_id)}>
                  {t("account.inviteAgain")}
                </Button>
                <Button size="small" onClick={() => change.mutate({ ...each, active: !each.active })}>
                  {t(each.active ? "account.switchOff" : "account.switchOn")}
                </Button>
              </div>
            ))}
          </>
        )}
      </Shown>
      <div className={styles.row}>
        <label htmlFor={`${id}n`}>{t("account.name")}</label>
        <Input
          id={`${id}n`}
          style={{ width: 140 }}
          value={wanted.name}
          onChange={(event) => setWanted({ ...wanted, name: event.target.value })}
        />
        <label htmlFor={`${id}l`}>{t("signIn.login")}</label>
        <Input
          id={`${id}l`}
          style={{ width: 220 }}
          value={wanted.login}
          onChange={(event) => setWanted({ ...wanted, login: event.target.value })}
        />
        <Select<Role>
          aria-label={t("account.role")}
          value={wanted.role}
          options={options}
          popupMatchSelectWidth={false}
          onChange={(role) => setWanted({ ...wanted, role })}
        />
        <Select<string[]>
          aria-label={t("account.teams")}
          mode="tags"
          style={{ minWidth: 140 }}
          placeholder={t("account.everybody")}
          value={wanted.teams ?? []}
          onChange={(teams) => setWanted({ ...wanted, teams })}
        />
        <Button type="primary" loading={make.isPending} onClick={() => make.mutate()}>
          {t("account.invite")}
        </Button>
      </div>
    </Card>
  );
}
