/** The gate: login and password, single sign-on, an invitation, or the admin token that makes the first account. */
import { Button } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { lookAround, setUp } from "@/features/account/api/account";
import { NewPassword } from "@/features/account/components/new-password";
import { PasswordForm } from "@/features/account/components/password-form";
import { answered } from "@/shared/api/answer";
import { api } from "@/shared/api/client";
import { beginSession, keepToken, type Session } from "@/shared/api/session";
import { ErrorNote } from "@/shared/parts/shown";
import { Invited } from "./invited";
import { Preferences } from "./preferences";
import styles from "./sign-in.module.css";
import { TokenForm } from "./token-form";

export function SignIn() {
  const { t } = useTranslation();
  const [gate, setGate] = useState<Session | null>(null);
  const [byToken, setByToken] = useState(false);
  const [first, setFirst] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const invitation = window.location.pathname === "/sign-in/invited" ? window.location.hash.slice(1) : "";

  useEffect(() => {
    const back = new URLSearchParams(window.location.search);
    const state = back.get("state");
    if (window.location.pathname === "/sign-in/single" && state !== null) {
      window.history.replaceState(null, "", "/");
      answered(api.POST("/api/session/single-sign-on", { body: { code: back.get("code") ?? "", state } }))
        .then(beginSession)
        .catch(setFailure);
    }
    lookAround()
      .then((found) => (found.signed_in ? beginSession(found) : setGate(found)))
      .catch(() => undefined);
  }, []);

  const tokenKnown = async (token: string) => {
    const found = await answered(
      api.GET("/api/session", { headers: { Authorization: `Bearer ${token}` } }),
    ).catch(() => null);
    if (found?.set_up === false) setFirst(token);
    else keepToken(token);
  };
  const single = async () => {
    const begun = await answered(api.POST("/api/session/single-sign-on/begin"));
    window.location.assign(begun.url);
  };

  return (
    <main className={styles.gate}>
      <div className={styles.card}>
        <img src="/mark.svg" alt="" width={40} height={40} />
        {invitation ? (
          <Invited token={invitation} />
        ) : first ? (
          <div className={styles.form}>
            <h1>{t("account.firstTitle")}</h1>
            <p className={styles.lead}>{t("account.firstLead")}</p>
            <NewPassword onDone={(said) => setUp(said, first)} />
            <Button type="link" onClick={() => keepToken(first)}>
              {t("account.later")}
            </Button>
          </div>
        ) : gate?.set_up && !byToken ? (
          <div className={styles.form}>
            <h1>{t("signIn.title")}</h1>
            <PasswordForm />
            {gate.single_sign_on ? (
              <Button size="large" block onClick={() => void single().catch(setFailure)}>
                {t("signIn.single", { name: gate.single_sign_on.name })}
              </Button>
            ) : null}
            <Button type="link" onClick={() => setByToken(true)}>
              {t("signIn.byToken")}
            </Button>
          </div>
        ) : (
          <TokenForm onKnown={tokenKnown} />
        )}
        {failure ? <ErrorNote error={failure} /> : null}
      </div>
      <Preferences />
    </main>
  );
}
