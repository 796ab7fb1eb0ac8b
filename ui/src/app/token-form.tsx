/** Asks once for the admin token that the first start wrote, and tries it before keeping it. */
import { Button, Input } from "antd";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { answered } from "@/shared/api/answer";
import { api } from "@/shared/api/client";
import { forgetToken } from "@/shared/api/session";
import { ErrorNote } from "@/shared/parts/shown";
import styles from "./sign-in.module.css";

export function TokenForm({ onKnown }: { onKnown(token: string): Promise<void> }) {
  const { t } = useTranslation();
  const field = useId();
  const [typed, setTyped] = useState("");
  const [trying, setTrying] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  const enter = async (event: FormEvent) => {
    event.preventDefault();
    const offered = typed.trim();
    if (offered === "" || trying) return;
    setTrying(true);
    setFailure(null);
    try {
      await answered(api.GET("/api/health", { headers: { Authorization: `Bearer ${offered}` } }));
      await onKnown(offered);
    } catch (error) {
      forgetToken();
      setFailure(error);
      setTrying(false);
    }
  };

  return (
    <form className={styles.form} onSubmit={(event) => void enter(event)}>
      <h1>{t("signIn.title")}</h1>
      <p className={styles.lead}>{t("signIn.lead")}</p>
      <label htmlFor={field}>{t("signIn.token")}</label>
      <Input.Password
        id={field}
        size="large"
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <p className={styles.hint}>
        {t("signIn.where")} <code>liftloop-data/admin.token</code>
      </p>
      {failure ? <ErrorNote error={failure} /> : null}
      <Button
        type="primary"
        size="large"
        htmlType="submit"
        loading={trying}
        disabled={typed.trim() === ""}
        block
      >
        {t("signIn.enter")}
      </Button>
    </form>
  );
}
