/** The pages about data, side by side; another page gets its line here. */
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import styles from "./data.module.css";

const places = [
  { path: "/data", words: "data.nav.sources" },
  { path: "/data/plan", words: "data.nav.plan" },
  { path: "/data/quarantine", words: "data.nav.quarantine" },
  { path: "/data/quality", words: "data.nav.quality" },
  { path: "/data/personal", words: "source.personal.nav" },
  { path: "/tags", words: "tag.listTitle" },
] as const;

export function DataNav() {
  const { t } = useTranslation();
  return (
    <nav className={styles.nav} aria-label={t("data.nav.label")}>
      {places.map(({ path, words }) => (
        <NavLink key={path} to={path} end>
          {t(words)}
        </NavLink>
      ))}
    </nav>
  );
}
