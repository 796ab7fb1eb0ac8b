/** Which words do we have for our customers, and are they still right? */
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { tagsOptions } from "@/features/audience/api/tags";
import { TagDrawer } from "@/features/audience/components/tag-drawer";
import { TagForm } from "@/features/audience/components/tag-form";
import { TagList } from "@/features/audience/components/tag-list";
import { EmptyNote } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";

export function TagsPage() {
  const { t } = useTranslation();
  const [, setSearch] = useSearchParams();
  const tags = useQuery(tagsOptions());
  return (
    <Page
      title={t("tag.listTitle")}
      lead={
        <>
          {t("tag.lead")} <Link to="/audiences">{t("tag.toAudiences")}</Link>
        </>
      }
      action={
        <Button
          type="primary"
          size="large"
          onClick={() => setSearch({ new: "" }, { preventScrollReset: true })}
        >
          {t("tag.new")}
        </Button>
      }
    >
      <Card>
        <Shown query={tags} lines={8}>
          {({ tags: rows }) => (
            <>
              {rows.length > 0 ? (
                <TagList tags={rows} />
              ) : (
                <EmptyNote title={t("tag.none")}>
                  <p>{t("tag.noneHow")}</p>
                </EmptyNote>
              )}
              <TagDrawer tags={rows} />
              <TagForm tags={rows} />
            </>
          )}
        </Shown>
      </Card>
    </Page>
  );
}
