/** People who may be the same person. */
import { useTranslation } from "react-i18next";
import { Alike } from "@/features/profile/components/alike";
import { Page } from "@/shared/parts/page";
import styles from "./person.module.css";

export function AlikePage() {
  const { t } = useTranslation();
  return (
    <Page title={t("identity.alikeTitle")} lead={t("identity.alikeLead")}>
      <div className={styles.story}>
        <Alike />
      </div>
    </Page>
  );
}
