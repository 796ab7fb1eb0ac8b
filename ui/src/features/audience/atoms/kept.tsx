/** A condition that says more than this editor can show: kept to the letter until another is chosen in its place. */
import { useTranslation } from "react-i18next";
import type { Atom } from "../model/tree";
import styles from "./atoms.module.css";

export function KeptAtom({ atom }: { atom: Atom }) {
  const { t } = useTranslation();
  return (
    <span className={styles.kept}>
      {t("audience.kept")} <code>{JSON.stringify(atom)}</code>
    </span>
  );
}
