/** Language and light or dark, as two quiet choices; the same in the menu and at the gate. */
import { Segmented } from "antd";
import { useTranslation } from "react-i18next";
import { type AppearanceChoice, useLook } from "@/shared/appearance";
import { chooseLanguage, type Language, useLanguage } from "@/shared/words/language";
import styles from "./preferences.module.css";

export function Preferences() {
  const { t } = useTranslation();
  const look = useLook();
  const language = useLanguage();
  return (
    <div className={styles.preferences}>
      <Segmented<Language>
        aria-label={t("shell.language")}
        value={language}
        onChange={(language) => void chooseLanguage(language)}
        options={[
          { value: "zh-CN", label: "中文" },
          { value: "en", label: "English" },
        ]}
      />
      <Segmented<AppearanceChoice>
        aria-label={t("shell.appearance")}
        value={look.choice}
        onChange={look.choose}
        options={[
          { value: "light", label: t("shell.light") },
          { value: "dark", label: t("shell.dark") },
          { value: "system", label: t("shell.system") },
        ]}
      />
    </div>
  );
}
