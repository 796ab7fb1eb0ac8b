/** Login and password; the code is asked for when the password was right and there are codes. */
import { Button, Input } from "antd";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/shared/api/answer";
import { ErrorNote } from "@/shared/parts/shown";
import { signIn } from "../api/account";

export function PasswordForm({ login = "" }: { login?: string }) {
  const { t } = useTranslation();
  const id = useId();
  const [typed, setTyped] = useState({ login, password: "", code: "" });
  const [codes, setCodes] = useState(false);
  const [trying, setTrying] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  const enter = async (event: FormEvent) => {
    event.preventDefault();
    if (trying) return;
    setTrying(true);
    setFailure(null);
    try {
      await signIn(typed);
    } catch (error) {
      if (error instanceof ApiError && error.view.code === "code_needed") setCodes(true);
      else setFailure(error);
      setTrying(false);
    }
  };

  return (
    <form onSubmit={(event) => void enter(event)}>
      <label htmlFor={`${id}l`}>{t("signIn.login")}</label>
      <Input
        id={`${id}l`}
        size="large"
        autoComplete="username"
        value={typed.login}
        onChange={(event) => setTyped({ ...typed, login: event.target.value })}
      />
      <label htmlFor={`${id}p`}>{t("signIn.password")}</label>
      <Input.Password
        id={`${id}p`}
        size="large"
        autoComplete="current-password"
        value={typed.password}
        onChange={(event) => setTyped({ ...typed, password: event.target.value })}
      />
      {codes ? (
        <>
          <label htmlFor={`${id}c`}>{t("signIn.code")}</label>
          <Input
            id={`${id}c`}
            size="large"
            autoFocus
            autoComplete="one-time-code"
            value={typed.code}
            onChange={(event) => setTyped({ ...typed, code: event.target.value })}
          />
        </>
      ) : null}
      {failure ? <ErrorNote error={failure} /> : null}
      <Button
        type="primary"
        size="large"
        htmlType="submit"
        loading={trying}
        disabled={typed.login.trim() === "" || typed.password === ""}
        block
      >
        {t("signIn.enter")}
      </Button>
    </form>
  );
}
