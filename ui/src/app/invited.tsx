/** An invitation: whom it is for, and the password that takes it up. Its token is behind the # and never sent along. */
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { NewPassword } from "@/features/account/components/new-password";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";
import { beginSession } from "@/shared/api/session";
import { ErrorNote } from "@/shared/parts/shown";
import styles from "./sign-in.module.css";

export function Invited({ token }: { token: string }) {
  const { t } = useTranslation();
  const [known, setKnown] = useState<Views["InvitationView"] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    answered(api.POST("/api/invitations/look", { body: { token } }))
      .then(setKnown)
      .catch(setFailure);
  }, [token]);
  const accept = async ({ password }: { password: string }) => {
    const session = await answered(api.POST("/api/invitations/accept", { body: { token, password } }));
    window.history.replaceState(null, "", "/");
    if (session.signed_in) beginSession(session);
    else window.location.assign("/");
  };
  if (failure) return <ErrorNote error={failure} />;
  return (
    <div className={styles.form}>
      <h1>{t("account.invitedTitle")}</h1>
      {known ? <NewPassword known={known} onDone={accept} /> : null}
    </div>
  );
}
