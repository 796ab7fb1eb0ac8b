/** Do events say what they should? As seen and as planned, side by side; the open event is in the address. */
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { eventsOptions } from "@/features/collect/api/data";
import { DataNav } from "@/features/collect/components/data-nav";
import { EventDrawer } from "@/features/collect/components/event-drawer";
import { PlanPolicy } from "@/features/collect/components/plan-policy";
import { PlanTable } from "@/features/collect/components/plan-table";
import { ProposalDrawer } from "@/features/collect/components/proposal-drawer";
import { EmptyNote } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";

export function DataPlanPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const events = useQuery(eventsOptions());
  const shown = events.data?.events.find((event) => event.name === search.get("event"));
  const close = () => setSearch({}, { preventScrollReset: true });
  return (
    <Page
      title={t("data.nav.plan")}
      lead={<DataNav />}
      action={
        <Button
          type="primary"
          size="large"
          onClick={() => setSearch({ proposal: "1" }, { preventScrollReset: true })}
        >
          {t("data.propose")}
        </Button>
      }
    >
      <Card>
        <Shown query={events} lines={10}>
          {(found) =>
            found.events.length === 0 ? (
              <EmptyNote title={t("data.noEvents")}>
                <p>{t("data.noEventsHow")}</p>
              </EmptyNote>
            ) : (
              <>
                <PlanPolicy plans={found.plans} />
                <PlanTable events={found.events} />
              </>
            )
          }
        </Shown>
      </Card>
      <EventDrawer event={shown} plans={events.data?.plans ?? []} onClose={close} />
      <ProposalDrawer open={search.get("proposal") !== null} onClose={close} />
    </Page>
  );
}
