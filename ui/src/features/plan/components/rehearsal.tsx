/** The rehearsal: who would get it, who stops at which gate and why, what runs out, what is spent in which hour. */
import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useLook } from "@/shared/appearance";
import { Chart } from "@/shared/chart/chart";
import { Note } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { type LaunchTerms, type Plan, type Rehearsed, rehearsePlan } from "../api/plans";
import { HOURS_HEIGHT_PX, hoursOption } from "../model/hours";
import { LaunchForm } from "./launch-form";
import styles from "./rehearsal.module.css";

interface RehearsalProps {
  plan: Plan;
  /** How it would be launched; what is chosen here is launched so too. */
  terms: LaunchTerms;
  onTerms(terms: LaunchTerms): void;
}

export function Rehearsal({ plan, terms, onTerms }: RehearsalProps) {
  const { t } = useTranslation();
  const rehearse = useMutation({
    mutationFn: async (whole: boolean) => ({ found: await rehearsePlan(plan.plan_id, whole, terms), terms }),
  });
  const played = rehearse.data;
  const same = played?.terms === terms;
  const single = Object.values(terms.variants).some((contents) => contents.length === 1);
  return (
    <Card
      title={t("plan.rehearsal")}
      aside={
        <Button loading={rehearse.isPending} disabled={single} onClick={() => rehearse.mutate(same)}>
          {t(same ? "plan.rehearseWhole" : "plan.rehearse")}
        </Button>
      }
    >
      <LaunchForm plan={plan} terms={terms} onChange={onTerms} />
      <div aria-live="polite">
        {played && !same ? <Note tone="decide" title={t("plan.termsChanged")} /> : null}
        {rehearse.isError ? <ErrorNote error={rehearse.error} /> : null}
        {played ? <Played found={played.found} /> : <p className={styles.lead}>{t("plan.rehearsalLead")}</p>}
      </div>
    </Card>
  );
}

function Played({ found }: { found: Rehearsed }) {
  const { t } = useTranslation();
  const format = useFormat();
  const look = useLook();
  const most = Math.max(found.people, 1);
  const option = useMemo(
    () => hoursOption(found.hours, look, format, t("plan.messagesAnHour")),
    [found.hours, look, format, t],
  );
  return (
    <>
      <p className={styles.sentence}>{format.say(found.sentence)}</p>
      {found.runs_out.map((limit) => (
        <Note key={limit.what} tone="decide" title={format.say(limit.sentence)} />
      ))}
      <ol className={styles.waterfall}>
        <Bar name={t("plan.inPlan")} people={found.people} left={found.people} most={most} />
        {found.steps.map((step) => (
          <Bar
            key={step.gate}
            name={format.say(step.label)}
            people={-step.stopped}
            left={step.left}
            most={most}
            stopped={step.stopped}
            reasons={step.reasons.map(
              (reason) => `${format.say(reason.label)} ${format.people(reason.people)}`,
            )}
          />
        ))}
        <Bar name={t("plan.wouldGet")} people={found.handed_over} left={found.handed_over} most={most} end />
      </ol>
      {found.hours.length > 1 ? (
        <Chart
          title={t("plan.hoursTitle", {
            first: format.moment(found.hours[0]?.at ?? found.starts_at),
            last: format.moment(found.hours.at(-1)?.at ?? found.starts_at),
            cost: format.money(found.cost),
          })}
          option={option}
          heightPx={HOURS_HEIGHT_PX}
          table={{
            columns: [t("plan.hour"), t("plan.messages"), t("plan.spend")],
            rows: found.hours.map((hour) => [
              format.moment(hour.at),
              format.people(hour.messages),
              format.money(hour.cost),
            ]),
          }}
        />
      ) : null}
      <p className={styles.lead}>
        {t(found.rehearsed < found.people ? "plan.rehearsedSample" : "plan.rehearsedWhole", {
          people: format.people(found.rehearsed),
        })}
      </p>
    </>
  );
}

interface BarProps {
  name: string;
  people: number;
  left: number;
  most: number;
  stopped?: number;
  reasons?: string[];
  end?: boolean;
}

/** One step of the waterfall: what is left as a bar, what stopped here beside it. */
function Bar({ name, people, left, most, stopped = 0, reasons = [], end = false }: BarProps) {
  const format = useFormat();
  const percent = (count: number) => `${(100 * count) / most}%`;
  return (
    <li data-end={end}>
      <span className={styles.name}>{name}</span>
      <span className={styles.track} aria-hidden="true">
        <span className={styles.left} style={{ width: percent(left) }} />
        <span className={styles.stopped} style={{ width: percent(stopped) }} />
      </span>
      <span className={styles.people}>{format.people(people)}</span>
      {reasons.length > 0 ? <span className={styles.reasons}>{reasons.join(" · ")}</span> : null}
    </li>
  );
}
