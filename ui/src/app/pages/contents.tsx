/** Which words do we have, may they be sent, and where are they used? */
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { libraryOptions } from "@/features/compose/api/contents";
import { ContentList } from "@/features/compose/components/content-list";
import { ChannelList } from "@/features/deliver/components/channel-list";
import { EmptyNote } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { Waiting } from "@/shared/parts/shown";

export function ContentsPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const library = useQuery(libraryOptions());
  const action = (
    <>
      <Button size="large" onClick={() => void navigate("/contents/new?format=page")}>
        {t("page.new")}
      </Button>
      <Button type="primary" size="large" onClick={() => void navigate("/contents/new")}>
        {t("content.new")}
      </Button>
    </>
  );
  return (
    <Page
      title={t("content.title")}
      lead={
        <>
          {t("content.lead")} <Link to="/pictures">{t("asset.title")}</Link>
        </>
      }
      action={action}
    >
      {library.data === undefined ? (
        <Card>
          <Waiting query={library} lines={8} />
        </Card>
      ) : library.data.contents.length === 0 ? (
        <Card>
          <EmptyNote title={t("content.none")}>
            <p>{t("content.noneHow")}</p>
          </EmptyNote>
        </Card>
      ) : (
        <ContentList contents={library.data.contents} />
      )}
      <ChannelList />
    </Page>
  );
}
