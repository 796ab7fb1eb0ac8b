/** One-time codes: set up with an authenticator, confirmed by the first code; recovery codes are shown once. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Input, QRCode } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { answered } from "@/shared/api/answer";
import { api } from "@/shared/api/client";
import { Note } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { ErrorNote } from "@/shared/parts/shown";
import { sessionOptions } from "../api/account";
import styles from "./rows.module.css";

export function CodesCard() {
  const { t } = useTranslation();
  const id = useId();
  const queries = useQueryClient();
  const { data } = useQuery(sessionOptions);
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const fresh = () => queries.invalidateQueries({ queryKey: sessionOptions.queryKey });
  const body = { password };
  const offer = useMutation({ mutationFn: () => answered(api.POST("/api/account/codes", { body })) });
  const stop = useMutation({
    mutationFn: () => answered(api.POST("/api/account/codes/off", { body })),
    onSuccess: fresh,
  });
  const confirm = useMutation({
    mutationFn: () => answered(api.POST("/api/account/codes/confirm", { body: { code } })),
    onSuccess: fresh,
  });
  const failure = offer.error ?? stop.error ?? confirm.error;
  const on = data?.second_factor ?? false;
  return (
    <Card title={t("account.codes")}>
      <div className={styles.form}>
        <p>{t(on ? "account.codesOn" : "account.codesOff")}</p>
        <label htmlFor={`${id}p`}>{t("account.oldPassword")}</label>
        <Input.Password
          id={`${id}p`}
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        {offer.data && !on ? (
          <>
            <QRCode value={offer.data.address} type="svg" />
            <p className={styles.link}>{t("account.scan", { secret: offer.data.secret })}</p>
            <label htmlFor={`${id}c`}>{t("signIn.code")}</label>
            <Input id={`${id}c`} value={code} onChange={(event) => setCode(event.target.value)} />
            <Button type="primary" loading={confirm.isPending} onClick={() => confirm.mutate()}>
              {t("account.confirm")}
            </Button>
          </>
        ) : (
          <Button disabled={password === ""} onClick={() => (on ? stop.mutate() : offer.mutate())}>
            {t(on ? "account.stopCodes" : "account.setUpCodes")}
          </Button>
        )}
        {failure ? <ErrorNote error={failure} /> : null}
        {confirm.data ? (
          <Note tone="decide" title={t("account.recovery")}>
            <pre>{confirm.data.codes.join("\n")}</pre>
          </Note>
        ) : null}
      </div>
    </Card>
  );
}
