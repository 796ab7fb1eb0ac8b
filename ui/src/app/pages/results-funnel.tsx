/** How far do people come, and where are they lost? */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import {
  type Behind,
  funnelOptions,
  funnelPeopleOptions,
  type Vocabulary,
} from "@/features/results/api/results";
import { AskedForm } from "@/features/results/components/asked-form";
import { FunnelBars, FunnelGroups, useEventName } from "@/features/results/components/funnel-bars";
import { FunnelFields } from "@/features/results/components/funnel-fields";
import { QuestionPage } from "@/features/results/components/question-page";
import { addressOf, funnelOf } from "@/features/results/model/asked";
import { Card, Details } from "@/shared/parts/page";
import { PeopleDrawer } from "@/shared/parts/people-drawer";
import { Waiting } from "@/shared/parts/shown";

export function ResultsFunnelPage() {
  return <QuestionPage name="funnel">{(words) => <Asked vocabulary={words} />}</QuestionPage>;
}

function Asked({ vocabulary }: { vocabulary: Vocabulary }) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const asked = funnelOf(search, vocabulary);
  const funnel = useQuery(funnelOptions(asked));
  const behind = behindOf(search);
  const people = useInfiniteQuery(funnelPeopleOptions(asked, behind));
  const name = useEventName(vocabulary);
  const to = (step: number, lost: boolean, group?: number) => {
    const address = addressOf(asked);
    address.set("people", String(step));
    if (lost) address.set("lost", "1");
    if (group !== undefined) address.set("of", String(group));
    return String(address);
  };
  const event = name(asked.steps[behind?.step ?? 0]?.event ?? "");
  return (
    <>
      <AskedForm days={asked}>
        <FunnelFields
          asked={asked}
          vocabulary={vocabulary}
          onChange={(next) => setSearch(addressOf(next), { preventScrollReset: true })}
        />
      </AskedForm>
      {funnel.isError || funnel.data === undefined ? (
        <Card>
          <Waiting query={funnel} lines={8} />
        </Card>
      ) : (
        <>
          <FunnelBars funnel={funnel.data} vocabulary={vocabulary} to={to} />
          <FunnelGroups funnel={funnel.data} vocabulary={vocabulary} to={to} />
          <Details summary={t("common.details")}>{t("results.funnel.how")}</Details>
        </>
      )}
      <PeopleDrawer
        open={behind !== null}
        onClose={() => setSearch(addressOf(asked), { preventScrollReset: true })}
        title={t(behind?.lost ? "results.funnel.lostTitle" : "results.funnel.reachedTitle", { event })}
        people={people}
      />
    </>
  );
}

function behindOf(search: URLSearchParams): Behind | null {
  const step = search.get("people");
  if (step === null) return null;
  const group = search.get("of");
  return { step: Number(step), lost: search.has("lost"), group: group === null ? null : Number(group) };
}
