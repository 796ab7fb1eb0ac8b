/** What is a new buyer worth, and when have they paid what they cost? */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import {
  type Lifetime,
  type LifetimeAsked,
  lifetimeOptions,
  peopleBehind,
  peopleBehindOptions,
  type Vocabulary,
} from "@/features/results/api/results";
import { AskedForm } from "@/features/results/components/asked-form";
import { Choice } from "@/features/results/components/choice";
import { DayFields, GroupSelect } from "@/features/results/components/fields";
import { LifetimeTable, usePayback } from "@/features/results/components/lifetime-table";
import { QuestionPage } from "@/features/results/components/question-page";
import styles from "@/features/results/components/results.module.css";
import { groupingOf, groupingSaid } from "@/features/results/model/asked";
import { borne, CURVE_HEIGHT_PX, lifetimeOption } from "@/features/results/model/curves";
import { type Address, lastDays, useAsked } from "@/features/results/model/use-asked";
import { useLook } from "@/shared/appearance";
import { Chart } from "@/shared/chart/chart";
import { Facts } from "@/shared/parts/facts";
import { EmptyNote, Note } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { PeopleDrawer } from "@/shared/parts/people-drawer";
import { Shown } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";

const HORIZONS = ["90", "180", "365"] as const;
const USUAL_DAYS = 365;

export function ResultsValuePage() {
  return <QuestionPage name="value">{(words) => <Asked vocabulary={words} />}</QuestionPage>;
}

function Asked({ vocabulary }: { vocabulary: Vocabulary }) {
  const { t } = useTranslation();
  const format = useFormat();
  const address = useAsked();
  const horizon = HORIZONS.find((each) => each === address.get("horizon")) ?? "365";
  const margin = address.get("basis") === "margin";
  const asked: LifetimeAsked = {
    ...lastDays(address, vocabulary, USUAL_DAYS),
    horizon_days: Number(horizon) as 90 | 180 | 365,
    basis: margin ? "margin" : "revenue",
    group: groupingOf(address.get("group")),
  };
  const lifetime = useQuery(lifetimeOptions(asked));
  const shown = address.get("people");
  const group = address.get("of");
  const people = useInfiniteQuery(
    peopleBehindOptions(
      ["lifetime", asked, shown, group],
      shown === null
        ? null
        : (after) =>
            peopleBehind.lifetime({
              ...asked,
              month: shown === "all" ? null : Number(shown),
              of_group: group === null ? null : Number(group),
              after,
            }),
    ),
  );
  return (
    <>
      <AskedForm days={asked}>
        <div className={styles.row}>
          <DayFields
            label={t("results.value.firstBought")}
            days={asked as { from: string | null; to: string | null }}
            onChange={(days) => address.ask(days)}
          />
          <Choice
            label={t("results.value.horizon")}
            value={horizon}
            options={HORIZONS.map((each) => ({ value: each, label: t("results.span.d", { n: each }) }))}
            onChange={(chosen) => address.ask({ horizon: chosen })}
          />
          <Choice
            label={t("results.basis")}
            value={margin ? "margin" : "revenue"}
            options={[
              { value: "revenue", label: t("results.revenue") },
              { value: "margin", label: t("results.margin") },
            ]}
            onChange={(basis) => address.ask({ basis })}
          />
          <GroupSelect
            grouping={asked.group ?? null}
            onChange={(chosen) => address.ask({ group: groupingSaid(chosen) || null })}
          />
        </div>
      </AskedForm>
      <Shown query={lifetime} lines={10}>
        {(data) =>
          data.whole.people > 0 ? (
            <Found found={data} address={address} />
          ) : (
            <Card>
              <EmptyNote title={format.say(data.sentence)}>
                <p>{t("results.otherDays")}</p>
              </EmptyNote>
            </Card>
          )
        }
      </Shown>
      <PeopleDrawer
        open={shown !== null}
        onClose={address.close}
        title={t("results.value.who")}
        people={people}
      />
    </>
  );
}

function Found({ found, address }: { found: Lifetime; address: Address }) {
  const { t } = useTranslation();
  const format = useFormat();
  const look = useLook();
  const payback = usePayback();
  const option = useMemo(
    () =>
      lifetimeOption(found, look, format, {
        cac: t("results.value.cac"),
        day: (days) => t("results.span.d", { n: days }),
      }),
    [found, look, format, t],
  );
  const { whole, backtest } = found;
  const drawn = borne(found.curve);
  const next = found.curve[drawn.length];
  const thin = next
    ? t("results.value.thin", {
        days: format.people(drawn.at(-1)?.days ?? 0),
        later: format.people(next.days),
        people: format.people(next.people),
      })
    : "";
  const facts = [
    { name: t("results.value.soFar"), value: format.money(whole.realised) },
    ...(whole.whole
      ? []
      : [{ name: t("results.value.toCome"), value: found.model ? format.money(whole.expected) : "—" }]),
    ...(whole.cac === null
      ? []
      : [
          { name: t("results.value.cac"), value: format.money(whole.cac), under: t("results.value.blended") },
          {
            name: t("results.value.payback"),
            value: whole.payback_days === null ? t("results.value.notYet") : payback(whole.payback_days),
          },
        ]),
  ];
  return (
    <>
      <Card>
        <Chart
          title={format.say(found.sentence)}
          caption={[t("results.value.caption"), thin].filter(Boolean).join(" ")}
          option={option}
          heightPx={CURVE_HEIGHT_PX}
          table={{
            columns: [t("results.value.age"), t("results.value.soFar"), t("results.people")],
            rows: found.curve.map((point) => [
              t("results.span.d", { n: point.days }),
              format.money(point.value),
              format.people(point.people),
            ]),
          }}
        />
        <div className={styles.chart}>
          <Facts facts={facts} />
        </div>
      </Card>
      {backtest ? (
        <Note
          tone="plain"
          title={t("results.value.backtest", {
            days: backtest.days,
            forecast: format.money(backtest.forecast),
            came: format.money(backtest.came),
            share: format.percent(backtest.forecast > 0 ? backtest.came / backtest.forecast : 0, 0),
          })}
        />
      ) : null}
      {found.margin_known !== null && found.margin_known < 1 ? (
        <Note
          tone="decide"
          title={t("results.value.marginKnown", { share: format.percent(found.margin_known, 0) })}
        />
      ) : null}
      {found.spend === 0 ? <Note tone="plain" title={t("results.value.noSpend")} /> : null}
      {found.groups.length > 0 ? (
        <Card title={t("results.value.byGroup")}>
          <LifetimeTable
            rows={found.groups}
            head={t("results.group")}
            costs
            to={(place) => address.behind({ people: "all", of: String(place) })}
          />
        </Card>
      ) : null}
      <Card title={t("results.value.byMonth")}>
        <LifetimeTable
          rows={found.months}
          head={t("results.value.month")}
          costs={false}
          to={(place) => address.behind({ people: String(place) })}
        />
      </Card>
    </>
  );
}
