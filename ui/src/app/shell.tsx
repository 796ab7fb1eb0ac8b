/** Rail, page, and what reaches everywhere: the menu and the file that may be dropped on any page. */
import { MenuOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Popover } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Outlet, ScrollRestoration, useLocation } from "react-router";
import { sessionOptions } from "@/features/account/api/account";
import { ImportProvider, useImport } from "@/features/collect/import-context";
import { entries, entryAt } from "./navigation";
import { OwnLinks } from "./own-links";
import { Preferences } from "./preferences";
import { SearchButton } from "./search-button";
import styles from "./shell.module.css";
import { StatusStrip } from "./status-strip";

const ImportDialog = lazy(async () => ({
  default: (await import("@/features/collect/import-dialog")).ImportDialog,
}));

export function Shell() {
  const { t } = useTranslation();
  return (
    <ImportProvider>
      <a className={styles.skip} href="#page">
        {t("shell.skip")}
      </a>
      <div className={styles.shell}>
        <Rail />
        <main id="page" className={styles.page} tabIndex={-1}>
          <StatusStrip />
          <Outlet />
        </main>
      </div>
      <Importing />
      <ScrollRestoration />
    </ImportProvider>
  );
}

/** The dialog is loaded when it is first asked for, and stays for its way out. */
function Importing() {
  const { isOpen } = useImport();
  const [asked, setAsked] = useState(isOpen);
  if (isOpen && !asked) setAsked(true);
  return asked ? (
    <Suspense fallback={null}>
      <ImportDialog />
    </Suspense>
  ) : null;
}

function Rail() {
  const { t } = useTranslation();
  const here = entryAt(useLocation().pathname);
  return (
    <nav className={styles.rail} aria-label={t("shell.navigation")}>
      <Link to="/" className={styles.brand} aria-label="Liftloop">
        <img src="/mark.svg" alt="" width={28} height={28} />
        <span>Liftloop</span>
      </Link>
      <SearchButton />
      <ul className={styles.entries}>
        {entries.map((entry) => (
          <li key={entry.path} className={entry.wide ? styles.wide : ""}>
            <Link to={entry.path} className={styles.entry} aria-current={entry === here ? "page" : undefined}>
              <span aria-hidden="true">{entry.icon}</span>
              {entry.short ? (
                <>
                  <b className={styles.long}>{t(entry.label)}</b>
                  <b className={styles.short}>{t(entry.short)}</b>
                </>
              ) : (
                t(entry.label)
              )}
            </Link>
          </li>
        ))}
      </ul>
      <PersonMenu />
    </nav>
  );
}

function PersonMenu() {
  const { t } = useTranslation();
  const { open } = useImport();
  const [shown, setShown] = useState(false);
  useQuery(sessionOptions); // Known before the menu opens, which would grow under the pointer otherwise.
  const menu = (
    <div className={styles.menu}>
      <Preferences />
      <Button
        onClick={() => {
          setShown(false);
          open();
        }}
      >
        {t("import.open")}
      </Button>
      <Link to="/contents" onClick={() => setShown(false)} className={styles.narrow}>
        {t("shell.contents")}
      </Link>
      <Link to="/data" onClick={() => setShown(false)}>
        {t("data.title")}
      </Link>
      <OwnLinks onChosen={() => setShown(false)} />
    </div>
  );
  return (
    <Popover content={menu} trigger="click" placement="topLeft" open={shown} onOpenChange={setShown}>
      <button type="button" className={styles.entry} aria-haspopup="dialog" aria-expanded={shown}>
        <span aria-hidden="true">
          <MenuOutlined />
        </span>
        {t("shell.more")}
      </button>
    </Popover>
  );
}
