/** The ways between all that people follow up. */
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import styles from "./work-nav.module.css";

const PLACES = ["leads", "deals", "tickets", "tasks", "approvals"] as const;

export function WorkNav() {
  const { t } = useTranslation();
  return (
    <nav className={styles.places} aria-label={t("work.aroundPerson")}>
      {PLACES.map((each) => (
        <NavLink key={each} to={`/${each}`}>
          {t(`work.${each}`)}
        </NavLink>
      ))}
    </nav>
  );
}
