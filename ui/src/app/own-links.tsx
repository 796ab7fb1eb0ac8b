/** The part of the menu that belongs to whoever is signed in: the own account, settings, the way out. */
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { sessionOptions, signOut } from "@/features/account/api/account";

export function OwnLinks({ onChosen }: { onChosen(): void }) {
  const { t } = useTranslation();
  const { data } = useQuery(sessionOptions);
  return (
    <>
      {data?.name ? (
        <Link to="/settings/own" onClick={onChosen}>
          {`${data.name} · ${t(`role.${data.role ?? "viewer"}`)}`}
        </Link>
      ) : null}
      <Link to="/settings" onClick={onChosen}>
        {t("settings.title")}
      </Link>
      <Button onClick={() => void signOut()}>{t("shell.signOut")}</Button>
    </>
  );
}
