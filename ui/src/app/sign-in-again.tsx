/** The session ended while a page was open: one signs in over it, and what was typed there stays. */
import { Button, Modal } from "antd";
import { useTranslation } from "react-i18next";
import { PasswordForm } from "@/features/account/components/password-form";
import { endSession } from "@/shared/api/session";
import styles from "./sign-in.module.css";

export function SignInAgain({ login }: { login: string }) {
  const { t } = useTranslation();
  return (
    <Modal
      open
      title={t("signIn.again")}
      closable={false}
      footer={null}
      maskClosable={false}
      keyboard={false}
    >
      <p>{t("signIn.againWhy")}</p>
      <div className={styles.form}>
        <PasswordForm login={login} />
      </div>
      <Button type="link" onClick={endSession}>
        {t("signIn.leave")}
      </Button>
    </Modal>
  );
}
