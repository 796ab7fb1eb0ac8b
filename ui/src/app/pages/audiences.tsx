/** Who are our people? Audiences by name; a single person is found from the same page. */
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { audienceListOptions } from "@/features/audience/api/audiences";
import { AudienceList } from "@/features/audience/components/audience-list";
import { ListFromFileCard } from "@/features/audience/components/lists";
import { SegmentsCard } from "@/features/audience/components/segments";
import { useImport } from "@/features/collect/import-context";
import { EmptyNote } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";

export function AudiencesPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { open } = useImport();
  const audiences = useQuery(audienceListOptions());
  return (
    <Page
      title={t("audience.listTitle")}
      lead={
        <>
          <Link to="/people">{t("audience.toPeople")}</Link> · <Link to="/tags">{t("tag.listTitle")}</Link> ·{" "}
          <Link to="/signals">{t("signal.listTitle")}</Link> · <Link to="/leads">{t("work.leads")}</Link> ·{" "}
          <Link to="/tickets">{t("work.tickets")}</Link> · <Link to="/tasks">{t("work.tasks")}</Link> ·{" "}
          <Link to="/data">{t("data.title")}</Link>
        </>
      }
      action={
        <Button type="primary" size="large" onClick={() => void navigate("/audiences/new")}>
          {t("audience.new")}
        </Button>
      }
    >
      <Card>
        <Shown query={audiences} lines={8}>
          {({ audiences: rows }) =>
            rows.length > 0 ? (
              <AudienceList audiences={rows} />
            ) : (
              <EmptyNote title={t("audience.none")}>
                <p>{t("audience.noneHow")}</p>
                <p>
                  <Button onClick={() => void navigate("/audiences/new")}>{t("audience.new")}</Button>{" "}
                  <Button onClick={open}>{t("import.open")}</Button>
                </p>
              </EmptyNote>
            )
          }
        </Shown>
      </Card>
      <SegmentsCard />
      <ListFromFileCard />
    </Page>
  );
}
