/** What can be set here, and where? */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { sessionOptions } from "@/features/account/api/account";
import { Card, Page } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";
import { groups, settingsEntries } from "../settings-entries";
import styles from "./settings.module.css";

export function SettingsPage() {
  const { t } = useTranslation();
  const session = useQuery(sessionOptions);
  return (
    <Page title={t("settings.title")} lead={t("settings.lead")}>
      <Shown query={session} lines={8}>
        {({ may }) =>
          groups.map((group) => {
            const entries = settingsEntries.filter(
              (each) => each.group === group && may.includes(`${each.reads}.${each.does ?? "read"}`),
            );
            return entries.length === 0 ? null : (
              <Card key={group} title={t(`settings.groups.${group}`)}>
                <ul className={styles.entries}>
                  {entries.map(({ path, label, about }) => (
                    <li key={path}>
                      <Link to={path}>{t(label)}</Link>
                      <span>{t(about)}</span>
                    </li>
                  ))}
                </ul>
              </Card>
            );
          })
        }
      </Shown>
    </Page>
  );
}
