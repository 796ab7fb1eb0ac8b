/** A piece of text to take away: shown whole, copied by one button. */
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import styles from "./data.module.css";

export function Copied({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => void message.success(t("data.copied")),
      () => void message.info(t("data.copyYourself")),
    );
  };
  return (
    <div className={styles.copied}>
      <div className={styles.copiedHead}>
        <span>{label}</span>
        <Button size="small" onClick={copy}>
          {t("data.copy")}
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keyboard. */}
      <pre tabIndex={0}>{text}</pre>
    </div>
  );
}
