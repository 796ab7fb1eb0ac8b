/** Change one's own password; the old one is asked for. */
import { useMutation } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { answered } from "@/shared/api/answer";
import { api } from "@/shared/api/client";
import { Note } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { ErrorNote } from "@/shared/parts/shown";
import styles from "./rows.module.css";

export function PasswordCard() {
  const { t } = useTranslation();
  const id = useId();
  const [said, setSaid] = useState({ old: "", new: "" });
  const change = useMutation({
    mutationFn: () => answered(api.POST("/api/account/password", { body: said })),
    onSuccess: () => setSaid({ old: "", new: "" }),
  });
  return (
    <Card title={t("account.password")}>
      <div className={styles.form}>
        <label htmlFor={`${id}o`}>{t("account.oldPassword")}</label>
        <Input.Password
          id={`${id}o`}
          autoComplete="current-password"
          value={said.old}
          onChange={(event) => setSaid({ ...said, old: event.target.value })}
        />
        <label htmlFor={`${id}n`}>{t("account.newPassword")}</label>
        <Input.Password
          id={`${id}n`}
          autoComplete="new-password"
          value={said.new}
          onChange={(event) => setSaid({ ...said, new: event.target.value })}
        />
        {change.isError ? <ErrorNote error={change.error} /> : null}
        {change.isSuccess ? <Note tone="good" title={t("account.changed")} role="status" /> : null}
        <Button loading={change.isPending} disabled={said.new === ""} onClick={() => change.mutate()}>
          {t("account.change")}
        </Button>
      </div>
    </Card>
  );
}
