/** Where do our data come from, and is it all coming in? Which source is open, or being made, is in the address. */
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { sourcesOptions } from "@/features/collect/api/data";
import { DataNav } from "@/features/collect/components/data-nav";
import { NewSource } from "@/features/collect/components/new-source";
import { SourceDrawer } from "@/features/collect/components/source-drawer";
import { SourceList } from "@/features/collect/components/source-list";
import { useImport } from "@/features/collect/import-context";
import { EmptyNote } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";

export function DataSourcesPage() {
  const { t } = useTranslation();
  const { open } = useImport();
  const [search, setSearch] = useSearchParams();
  const sources = useQuery(sourcesOptions());
  const shown = sources.data?.sources.find((source) => source.source_id === search.get("source"));
  const edit = (editing: boolean) =>
    setSearch(
      { source: shown?.source_id ?? "", ...(editing ? { edit: "1" } : {}) },
      { preventScrollReset: true },
    );
  const close = () => setSearch({}, { preventScrollReset: true });
  const silent = sources.data?.sources.every((source) => source.last_at === null);
  return (
    <Page
      title={t("data.title")}
      lead={<DataNav />}
      action={
        <Button
          type="primary"
          size="large"
          onClick={() => setSearch({ new: "1" }, { preventScrollReset: true })}
        >
          {t("data.newSource")}
        </Button>
      }
    >
      <Card title={t("data.nav.sources")} aside={<Link to="/data/forms/new">{t("data.newForm")}</Link>}>
        <Shown query={sources} lines={8}>
          {(found) => (
            <>
              <SourceList sources={found.sources} />
              {silent ? (
                <EmptyNote title={t("data.nothingYet")}>
                  <p>{t("data.nothingYetHow")}</p>
                  <Button onClick={open}>{t("import.open")}</Button>
                </EmptyNote>
              ) : null}
            </>
          )}
        </Shown>
      </Card>
      <SourceDrawer
        source={shown}
        ownKey={sources.data?.write_key ?? ""}
        editing={search.get("edit") !== null}
        onEdit={edit}
        onClose={close}
      />
      <NewSource open={search.get("new") !== null} onClose={close} />
    </Page>
  );
}
