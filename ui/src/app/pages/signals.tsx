/** What do people seem to want now, and by which signs do we see it? */
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { templatesOptions } from "@/features/audience/api/signals";
import { SignalDrawer } from "@/features/audience/components/signal-drawer";
import { SignalList } from "@/features/audience/components/signal-list";
import { Card, Page } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";

export function SignalsPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const templates = useQuery(templatesOptions());
  return (
    <Page
      title={t("signal.listTitle")}
      lead={
        <>
          {t("signal.lead")} <Link to="/audiences">{t("signal.toAudiences")}</Link>
        </>
      }
      action={
        <Button type="primary" size="large" onClick={() => void navigate("/signals/new")}>
          {t("signal.new")}
        </Button>
      }
    >
      <Card>
        <Shown query={templates} lines={8}>
          {({ templates: rows, own }) => (
            <>
              <SignalList templates={rows} own={own} />
              <SignalDrawer templates={rows} own={own} />
            </>
          )}
        </Shown>
      </Card>
    </Page>
  );
}
