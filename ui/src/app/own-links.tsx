/** The part of the menu that belongs to whoever is signed in: the own account, settings, the way out. */
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { sessionOptions, signOut } from "@/features/account/api/account";

export function OwnLinks({ onChosen }: { onChosen(): void }) {
  const { t } = useTranslation();
  const { data } = useQuery(sessionOptions);
  const mayRead = (what: "account" | "audit") => data?.may.includes(`${what}.read`) ?? false;
  return (
    <>
      {data?.name ? (
        <Link to="/settings/own" onClick={onChosen}>
          {`${data.name} · ${t(`role.${data.role ?? "viewer"}`)}`}
        </Link>
      ) : null}
      {mayRead("account") ? (
        <Link to="/settings/people" onClick={onChosen}>
          {t("account.people")}
        </Link>
      ) : null}
      {data?.may.includes("model.calls") ? (
        <Link to="/settings/model" onClick={onChosen}>
          {t("model.title")}
        </Link>
      ) : null}
      {mayRead("audit") ? (
        <Link to="/settings/audit" onClick={onChosen}>
          {t("audit.title")}
        </Link>
      ) : null}
      <Button onClick={() => void signOut()}>{t("shell.signOut")}</Button>
    </>
  );
}
