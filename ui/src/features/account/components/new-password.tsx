/** A form that ends in a new password: the first account, and an invitation that is taken up. */
import { Button, Input } from "antd";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNote } from "@/shared/parts/shown";

interface Said {
  name: string;
  login: string;
  password: string;
}

interface NewPasswordProps {
  /** Where both are known already, only the password is asked for. */
  known?: { name: string; login: string };
  onDone(said: Said): Promise<void>;
}

export function NewPassword({ known, onDone }: NewPasswordProps) {
  const { t } = useTranslation();
  const id = useId();
  const [said, setSaid] = useState<Said>({ name: "", login: "", password: "", ...known });
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    await onDone(said).catch((error: unknown) => {
      setFailure(error);
      setBusy(false);
    });
  };
  return (
    <form onSubmit={(event) => void send(event)}>
      <label htmlFor={`${id}n`}>{t("account.name")}</label>
      <Input
        id={`${id}n`}
        value={said.name}
        disabled={known !== undefined}
        autoComplete="name"
        onChange={(event) => setSaid({ ...said, name: event.target.value })}
      />
      <label htmlFor={`${id}l`}>{t("signIn.login")}</label>
      <Input
        id={`${id}l`}
        value={said.login}
        disabled={known !== undefined}
        autoComplete="username"
        onChange={(event) => setSaid({ ...said, login: event.target.value })}
      />
      <label htmlFor={`${id}p`}>{t("account.newPassword")}</label>
      <Input.Password
        id={`${id}p`}
        value={said.password}
        autoComplete="new-password"
        onChange={(event) => setSaid({ ...said, password: event.target.value })}
      />
      {failure ? <ErrorNote error={failure} /> : null}
      <Button type="primary" size="large" htmlType="submit" loading={busy} block>
        {t("account.begin")}
      </Button>
    </form>
  );
}
