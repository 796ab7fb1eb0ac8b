/** What did our ads bring for what they cost, down to the keyword? */
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useImport } from "@/features/collect/import-context";
import {
  peopleBehind,
  peopleBehindOptions,
  type Spend,
  type SpendAsked,
  spendDaysOptions,
  spendFile,
  spendOptions,
  type Vocabulary,
} from "@/features/results/api/results";
import { AskedForm } from "@/features/results/components/asked-form";
import { Choice, DaysNumber } from "@/features/results/components/choice";
import { DayFields } from "@/features/results/components/fields";
import { OwnCampaigns } from "@/features/results/components/own-campaigns";
import { QuestionPage } from "@/features/results/components/question-page";
import styles from "@/features/results/components/results.module.css";
import { SpendDaysDrawer } from "@/features/results/components/spend-days";
import { SpendTable } from "@/features/results/components/spend-table";
import { lastDays, useAsked } from "@/features/results/model/use-asked";
import { EmptyNote, Note } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { PeopleDrawer } from "@/shared/parts/people-drawer";
import { Shown } from "@/shared/parts/shown";
import { saveFile } from "@/shared/save-file";
import { errorWords } from "@/shared/words/errors";
import { useLanguage } from "@/shared/words/language";
import { useFormat } from "@/shared/words/use-format";

const RULES = ["last_non_direct", "last", "first", "linear", "time_decay", "position"] as const;
const LOOKBACK_DAYS = 30;
const LOOKBACK_DAYS_MAX = 180; // As the server has it.
const USUAL_DAYS = 30;

export function ResultsSpendPage() {
  return <QuestionPage name="spend">{(words) => <Asked vocabulary={words} />}</QuestionPage>;
}

function Asked({ vocabulary }: { vocabulary: Vocabulary }) {
  const { t } = useTranslation();
  const address = useAsked();
  const field = useId();
  const margin = address.get("basis") === "margin";
  const asked: SpendAsked = {
    ...lastDays(address, vocabulary, USUAL_DAYS),
    lookback_days: Number(address.get("lookback")) || LOOKBACK_DAYS,
    model: RULES.find((each) => each === address.get("model")) ?? "last_non_direct",
    counted: "clicked",
    basis: margin ? "margin" : "revenue",
  };
  const spend = useQuery(spendOptions(asked));
  const said = address.get("key");
  const key = said === null ? null : (JSON.parse(said) as string[]);
  const rows = address.get("rows") === null ? null : key;
  const behind = address.get("people") === null ? null : key;
  const days = useQuery(spendDaysOptions(asked, rows));
  const people = useInfiniteQuery(
    peopleBehindOptions(
      ["spend", asked, behind],
      behind === null ? null : (after) => peopleBehind.spend({ ...asked, key: behind, after }),
    ),
  );
  return (
    <>
      <AskedForm days={asked}>
        <div className={styles.row}>
          <DayFields
            days={asked as { from: string | null; to: string | null }}
            onChange={(chosen) => address.ask(chosen)}
          />
          <div className={styles.field}>
            <label htmlFor={field}>{t("results.spend.model")}</label>
            <Select
              id={field}
              className={styles.group ?? ""}
              value={asked.model ?? "last_non_direct"}
              onChange={(model: string) => address.ask({ model })}
              options={RULES.map((each) => ({ value: each, label: t(`results.model.${each}`) }))}
            />
          </div>
          <DaysNumber
            label={t("results.lookback")}
            days={asked.lookback_days ?? LOOKBACK_DAYS}
            most={LOOKBACK_DAYS_MAX}
            onChange={(chosen) => address.ask({ lookback: String(chosen) })}
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
          <Export asked={asked} />
        </div>
      </AskedForm>
      <Shown query={spend} lines={10}>
        {(data) => <Found spend={data} address={address} />}
      </Shown>
      <SpendDaysDrawer days={days} open={rows !== null} onClose={address.close} />
      <PeopleDrawer
        open={behind !== null}
        onClose={address.close}
        title={t("results.spend.who")}
        people={people}
      />
    </>
  );
}

function Found({ spend, address }: { spend: Spend; address: ReturnType<typeof useAsked> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { open } = useImport();
  return (
    <>
      {spend.warnings.map((warning) => (
        <Note key={warning.en} tone="decide" title={format.say(warning)} />
      ))}
      <Card title={format.say(spend.sentence)}>
        {spend.total.cost === 0 ? (
          <EmptyNote title={t("results.spend.none")}>
            <p>{t("results.spend.noneHow")}</p>
            <Button onClick={open}>{t("results.spend.import")}</Button>
          </EmptyNote>
        ) : null}
        <SpendTable spend={spend} address={address} />
        <p className={styles.note}>
          {t("results.spend.note")} <Link to="/results/attribution">{t("results.spend.toModels")}</Link>
        </p>
      </Card>
      <OwnCampaigns campaigns={spend.own} />
    </>
  );
}

function Export({ asked }: { asked: SpendAsked }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const language = useLanguage();
  const file = useMutation({
    mutationFn: () => spendFile(asked),
    onSuccess: (content) => saveFile(content, `spend-${asked.from}-${asked.to}.csv`),
    onError: (error) => message.error(errorWords(error, language, t("common.unknownError")).what),
  });
  return (
    <Button loading={file.isPending} onClick={() => file.mutate()}>
      {t("results.spend.export")}
    </Button>
  );
}
