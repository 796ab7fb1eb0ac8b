/** Find a person by phone, mail, customer number, name or city. The search is in the address. */
import { useQuery } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { useImport } from "@/features/collect/import-context";
import { profileSearchOptions } from "@/features/profile/api/profiles";
import { EmptyNote } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { PeopleTable } from "@/shared/parts/people-table";
import { Shown } from "@/shared/parts/shown";
import { useSettled } from "@/shared/use-settled";
import { useFormat } from "@/shared/words/use-format";

const PAUSE_MS = 200;

export function PeoplePage() {
  const { t } = useTranslation();
  const format = useFormat();
  const field = useId();
  const { open } = useImport();
  const [search, setSearch] = useSearchParams();
  const typed = search.get("q") ?? "";
  const found = useQuery(profileSearchOptions(useSettled(typed.trim(), PAUSE_MS)));
  return (
    <Page
      title={t("people.title")}
      lead={
        <>
          <Link to="/audiences">{t("people.toAudiences")}</Link> ·{" "}
          <Link to="/people/alike">{t("identity.alikeTitle")}</Link>
        </>
      }
    >
      <Card>
        <label htmlFor={field} className="only-read">
          {t("people.search")}
        </label>
        <Input
          id={field}
          size="large"
          type="search"
          allowClear
          placeholder={t("people.search")}
          value={typed}
          onChange={(event) =>
            setSearch(event.target.value === "" ? {} : { q: event.target.value }, { replace: true })
          }
        />
      </Card>
      <Card
        title={
          found.data ? t("people.found", { people: format.people(found.data.total) }) : t("people.title")
        }
      >
        <Shown query={found} lines={10}>
          {({ profiles }) =>
            profiles.length > 0 ? (
              <PeopleTable people={profiles} caption={t("people.title")} />
            ) : (
              <EmptyNote title={typed === "" ? t("people.none") : t("people.noneFound", { q: typed })}>
                {typed === "" ? (
                  <Button onClick={open}>{t("import.open")}</Button>
                ) : (
                  <p>{t("people.noneHow")}</p>
                )}
              </EmptyNote>
            )
          }
        </Shown>
      </Card>
    </Page>
  );
}
