/** Who was there before people bought, and can we say who caused it? */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Button, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import {
  type AttributionAsked,
  attributionOptions,
  campaignChoicesOptions,
  peopleBehind,
  peopleBehindOptions,
  type Vocabulary,
} from "@/features/results/api/results";
import { AskedForm } from "@/features/results/components/asked-form";
import { AttributionTable } from "@/features/results/components/attribution-table";
import { Choice, DaysNumber } from "@/features/results/components/choice";
import { DayFields, EventField } from "@/features/results/components/fields";
import { QuestionPage } from "@/features/results/components/question-page";
import styles from "@/features/results/components/results.module.css";
import { lastDays, useAsked } from "@/features/results/model/use-asked";
import { EmptyNote, Note } from "@/shared/parts/note";
import { Card, Details } from "@/shared/parts/page";
import { PeopleDrawer } from "@/shared/parts/people-drawer";
import { Shown } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";

const USUAL_DAYS = 30;
const LOOKBACK_DAYS = 30;
const LOOKBACK_DAYS_MAX = 180; // As the server has it.
/** From the strongest sign that a message was noticed to the weakest. */
const COUNTED = ["clicked", "opened", "delivered", "sent"] as const;

export function ResultsAttributionPage() {
  return <QuestionPage name="attribution">{(words) => <Asked vocabulary={words} />}</QuestionPage>;
}

function Asked({ vocabulary }: { vocabulary: Vocabulary }) {
  const { t } = useTranslation();
  const format = useFormat();
  const address = useAsked();
  const campaignField = useId();
  const campaigns = useQuery(campaignChoicesOptions());
  const counted = COUNTED.find((each) => each === address.get("counted")) ?? "clicked";
  const asked: AttributionAsked = {
    ...lastDays(address, vocabulary, USUAL_DAYS),
    conversion: { event: address.get("conversion") ?? "Order Completed", where: [] },
    lookback_days: Number(address.get("lookback")) || LOOKBACK_DAYS,
    counted,
    level: address.get("by") === "campaign" ? "campaign" : "channel",
    markov_order: Number(address.get("order")) || 1,
    campaign: address.get("campaign") ?? "",
  };
  const attribution = useQuery(attributionOptions(asked));
  const channel = address.get("people");
  const people = useInfiniteQuery(
    peopleBehindOptions(
      ["attribution", asked, channel],
      channel === null
        ? null
        : (after) => peopleBehind.attribution({ ...asked, channel: Number(channel), after }),
    ),
  );
  const choices = [
    { value: "", label: t("results.attribution.everything") },
    ...(campaigns.data?.campaigns ?? []).map((each) => ({ value: each.campaign_id, label: each.goal })),
  ];
  return (
    <>
      <AskedForm days={asked}>
        <div className={styles.row}>
          <EventField
            vocabulary={vocabulary}
            label={t("results.attribution.conversion")}
            value={asked.conversion?.event ?? ""}
            onChange={(event) => address.ask({ conversion: event })}
          />
          <DayFields
            days={asked as { from: string | null; to: string | null }}
            onChange={(days) => address.ask(days)}
          />
          <DaysNumber
            label={t("results.lookback")}
            days={asked.lookback_days ?? LOOKBACK_DAYS}
            most={LOOKBACK_DAYS_MAX}
            onChange={(days) => address.ask({ lookback: String(days) })}
          />
          <Choice
            label={t("results.attribution.counted")}
            value={counted}
            options={COUNTED.map((each) => ({
              value: each,
              label: t(`results.attribution.countedAs.${each}`),
            }))}
            onChange={(chosen) => address.ask({ counted: chosen })}
          />
          <Choice
            label={t("results.attribution.by")}
            value={asked.level ?? "channel"}
            options={[
              { value: "channel", label: t("results.attribution.channel") },
              { value: "campaign", label: t("results.attribution.campaign") },
            ]}
            onChange={(by) => address.ask({ by })}
          />
          <div className={styles.field}>
            <label htmlFor={campaignField}>{t("results.attribution.which")}</label>
            <Select
              id={campaignField}
              className={styles.group ?? ""}
              popupMatchSelectWidth={false}
              value={asked.campaign ?? ""}
              onChange={(campaign: string) => address.ask({ campaign: campaign || null })}
              options={choices}
            />
          </div>
        </div>
      </AskedForm>
      <Shown query={attribution} lines={10}>
        {(data) => (
          <>
            {data.disagree ? (
              <Note
                tone="decide"
                title={t("results.attribution.disagree", { share: format.percent(data.disagreement, 0) })}
              >
                <p>{t("results.attribution.disagreeHow")}</p>
              </Note>
            ) : null}
            <Card title={format.say(data.sentence)}>
              {data.channels.length > 0 && data.conversions > 0 ? (
                <AttributionTable found={data} address={address} />
              ) : (
                <EmptyNote title={t("results.attribution.noTouches")}>
                  <p>
                    {t("results.attribution.noTouchesHow", {
                      counted: t(`results.attribution.countedAs.${counted}`),
                    })}
                  </p>
                  {counted === "sent" ? null : (
                    <Button onClick={() => address.ask({ counted: "sent" })}>
                      {t("results.attribution.orWeaker")}
                    </Button>
                  )}
                </EmptyNote>
              )}
              <p className={styles.note}>
                {t("results.attribution.untouched", {
                  untouched: format.people(data.untouched),
                  conversions: format.people(data.conversions),
                })}
              </p>
            </Card>
            <Note tone="plain" title={format.say(data.why_no_amounts)} />
            <Card>
              <div className={styles.row}>
                <Choice
                  label={t("results.attribution.order")}
                  value={String(asked.markov_order ?? 1) as "1" | "2" | "3"}
                  options={(["1", "2", "3"] as const).map((each) => ({ value: each, label: each }))}
                  onChange={(order) => address.ask({ order })}
                />
              </div>
              <Details summary={t("common.details")}>{t("results.attribution.how")}</Details>
            </Card>
          </>
        )}
      </Shown>
      <PeopleDrawer
        open={channel !== null}
        onClose={address.close}
        title={t("results.attribution.who")}
        people={people}
      />
    </>
  );
}
