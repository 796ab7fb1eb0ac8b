/** Of those who began together, who came back? */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import {
  peopleBehind,
  peopleBehindOptions,
  type RetentionAsked,
  retentionOptions,
  type Vocabulary,
} from "@/features/results/api/results";
import { AskedForm } from "@/features/results/components/asked-form";
import { Choice } from "@/features/results/components/choice";
import { DayFields, EventField } from "@/features/results/components/fields";
import { QuestionPage } from "@/features/results/components/question-page";
import styles from "@/features/results/components/results.module.css";
import { RetentionTable } from "@/features/results/components/retention-table";
import { CURVE_HEIGHT_PX, retentionOption } from "@/features/results/model/curves";
import { lastDays, useAsked } from "@/features/results/model/use-asked";
import { useLook } from "@/shared/appearance";
import { Chart } from "@/shared/chart/chart";
import { EmptyNote } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { PeopleDrawer } from "@/shared/parts/people-drawer";
import { Shown } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";

type Grain = "day" | "week" | "month";

const GRAINS: Grain[] = ["day", "week", "month"];
const USUAL_DAYS = { day: 30, week: 84, month: 365 };

export function ResultsRetentionPage() {
  return <QuestionPage name="retention">{(words) => <Asked vocabulary={words} />}</QuestionPage>;
}

function Asked({ vocabulary }: { vocabulary: Vocabulary }) {
  const { t } = useTranslation();
  const format = useFormat();
  const look = useLook();
  const address = useAsked();
  const grain = GRAINS.find((each) => each === address.get("by")) ?? "month";
  const first = address.get("first") ?? "Order Completed";
  const back = address.get("back") ?? "Order Completed";
  const amounts = address.get("show") === "amount";
  const asked: RetentionAsked = {
    ...lastDays(address, vocabulary, USUAL_DAYS[grain]),
    first: { event: first, where: [] },
    back: { event: back, where: [] },
    grain,
  };
  const retention = useQuery(retentionOptions(asked));
  const cohort = address.get("people");
  const age = address.get("age");
  const people = useInfiniteQuery(
    peopleBehindOptions(
      ["retention", asked, cohort, age],
      cohort === null
        ? null
        : (after) =>
            peopleBehind.retention({
              ...asked,
              cohort: Number(cohort),
              age: age === null ? null : Number(age),
              after,
            }),
    ),
  );
  const found = retention.data;
  const option = useMemo(
    () =>
      retentionOption({ curve: found?.curve ?? [] }, look, format, (n) =>
        t(`results.retention.age.${grain}`, { age: n }),
      ),
    [found, look, format, t, grain],
  );
  return (
    <>
      <AskedForm days={asked}>
        <div className={styles.row}>
          <EventField
            vocabulary={vocabulary}
            label={t("results.retention.first")}
            value={first}
            onChange={(event) => address.ask({ first: event })}
          />
          <EventField
            vocabulary={vocabulary}
            label={t("results.retention.back")}
            value={back}
            onChange={(event) => address.ask({ back: event })}
          />
          <Choice
            label={t("results.retention.by")}
            value={grain}
            options={GRAINS.map((each) => ({ value: each, label: t(`results.retention.grain.${each}`) }))}
            onChange={(by) => address.ask({ by })}
          />
          <DayFields
            days={asked as { from: string | null; to: string | null }}
            onChange={(days) => address.ask(days)}
          />
        </div>
      </AskedForm>
      <Shown query={retention} lines={10}>
        {(data) =>
          data.cohorts.some((each) => each.people > 0) ? (
            <>
              <Card>
                <Chart
                  title={format.say(data.sentence)}
                  caption={t("results.retention.caption")}
                  option={option}
                  heightPx={CURVE_HEIGHT_PX}
                  table={{
                    columns: [
                      t("results.retention.ageHead"),
                      t("results.retention.share"),
                      t("results.value.range"),
                      t("results.people"),
                    ],
                    rows: data.curve.map((point) => [
                      t(`results.retention.age.${grain}`, { age: point.age }),
                      format.percent(point.share),
                      `${format.percent(point.interval[0] ?? 0)}–${format.percent(point.interval[1] ?? 0)}`,
                      `${format.people(point.people)} / ${format.people(point.of)}`,
                    ]),
                  }}
                />
              </Card>
              <Card
                title={t("results.retention.triangle")}
                aside={
                  <Choice
                    label={t("results.retention.show")}
                    value={amounts ? "amount" : "people"}
                    options={[
                      { value: "people", label: t("results.people") },
                      { value: "amount", label: t("results.retention.amount") },
                    ]}
                    onChange={(show) => address.ask({ show: show === "amount" ? show : null })}
                  />
                }
              >
                <RetentionTable retention={data} amounts={amounts} address={address} />
                <p className={styles.note}>
                  {t(amounts ? "results.retention.amountNote" : "results.retention.note", {
                    day: format.day(`${data.known_until}T12:00:00+08:00`),
                  })}
                </p>
              </Card>
            </>
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
        open={cohort !== null}
        onClose={address.close}
        title={t(age === null ? "results.retention.whoBegan" : "results.retention.whoCameBack")}
        people={people}
      />
    </>
  );
}
