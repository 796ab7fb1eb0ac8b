/** Which pictures and files can our contents show, and what shows each? */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { assetsOptions } from "@/features/compose/api/assets";
import { AssetGrid } from "@/features/compose/components/asset-grid";
import { AssetUpload } from "@/features/compose/components/asset-upload";
import { Card, Page } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";

export function PicturesPage() {
  const { t } = useTranslation();
  const assets = useQuery(assetsOptions());
  return (
    <Page
      title={t("asset.title")}
      lead={
        <>
          {t("asset.lead")} <Link to="/contents">{t("asset.toContents")}</Link>
        </>
      }
    >
      <Card>
        <AssetUpload />
      </Card>
      <Card>
        <Shown query={assets} lines={5}>
          {({ assets: rows }) => <AssetGrid assets={rows} />}
        </Shown>
      </Card>
    </Page>
  );
}
