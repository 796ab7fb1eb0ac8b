/** The review itself: a headline, the numbers to take away, then one card a question. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useLook } from "@/shared/appearance";
import { Chart, DataTable } from "@/shared/chart/chart";
import { Facts } from "@/shared/parts/facts";
import { Note, type Tone } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import type { Review, ReviewChart, Section } from "../api/reviews";
import { chartOption, heightOf } from "../model/intervals";
import { CountBars } from "./count-bars";
import styles from "./review.module.css";

const verdictTone: Record<Review["verdict"], Tone> = {
  better: "good",
  worse: "harm",
  unclear: "decide",
  too_early: "plain",
};

/** Whatever is told as a document: a review, an experiment. */
type Told = Pick<Review, "verdict" | "headline" | "facts" | "sections" | "method">;

interface ReviewDocumentProps {
  review: Told;
  /** The campaign that it is of, so that rows of its ledger lead to their people. */
  campaignId?: string;
}

export function ReviewDocument({ review, campaignId }: ReviewDocumentProps) {
  const format = useFormat();
  const { t } = useTranslation();
  return (
    <div className={styles.document}>
      <Note tone={verdictTone[review.verdict]} title={format.say(review.headline)} />
      <Card>
        <FactRow facts={review.facts} large />
      </Card>
      <div className={styles.sections}>
        {review.sections.map((section) => (
          <SectionCard key={section.id} section={section} campaignId={campaignId} />
        ))}
      </div>
      <p className={styles.method}>
        {t("review.method")} {format.say(review.method)}
      </p>
    </div>
  );
}

function FactRow({ facts, large = false }: { facts: Section["facts"]; large?: boolean }) {
  const format = useFormat();
  return (
    <Facts
      large={large}
      facts={facts.map((fact) => ({
        name: format.say(fact.label),
        value: format.say(fact.value),
        under: fact.under ? format.say(fact.under) : undefined,
      }))}
    />
  );
}

function SectionCard({ section, campaignId }: { section: Section; campaignId: string | undefined }) {
  const format = useFormat();
  const { table } = section;
  return (
    <div className={styles.section} data-section={section.id}>
      <Card title={format.say(section.title)}>
        <p className={styles.lead}>{format.say(section.lead)}</p>
        {section.facts.length > 0 ? <FactRow facts={section.facts} /> : null}
        {section.chart?.kind === "intervals" ? <SectionChart chart={section.chart} /> : null}
        {section.chart?.kind === "bars" ? <CountBars chart={section.chart} campaignId={campaignId} /> : null}
        {table ? (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keyboard.
          <div className={styles.table} tabIndex={0}>
            <DataTable
              caption={format.say(section.title)}
              table={{
                columns: table.columns.map((column) => format.say(column)),
                rows: table.rows.map((row) => row.map((cell) => format.say(cell))),
              }}
            />
          </div>
        ) : null}
        {section.notes.map((note) => (
          <Note key={note.text.en} tone={note.tone} title={format.say(note.text)} />
        ))}
        {section.points.length > 0 ? (
          <ul className={styles.points}>
            {section.points.map((point) => (
              <li key={point.en}>{format.say(point)}</li>
            ))}
          </ul>
        ) : null}
      </Card>
    </div>
  );
}

function SectionChart({ chart }: { chart: ReviewChart }) {
  const { t } = useTranslation();
  const format = useFormat();
  const look = useLook();
  const option = useMemo(() => chartOption(chart, look, format), [chart, look, format]);
  return (
    <Chart
      title={format.say(chart.title)}
      option={option}
      heightPx={heightOf(chart)}
      table={{
        columns: [t("review.what"), t("review.value"), t("review.range")],
        rows: chart.bars.map((bar) => [
          format.say(bar.label),
          format.say(bar.text),
          bar.low === null ? "—" : between(chart.unit, bar.low, bar.high, format),
        ]),
      }}
    />
  );
}

function between(
  unit: ReviewChart["unit"],
  low: number,
  high: number | null,
  format: ReturnType<typeof useFormat>,
): string {
  if (unit === "lift" || unit === "points") {
    return format.liftRange(low, high, unit === "lift" ? "relative" : "points");
  }
  const write = unit === "fen" ? format.money : format.number;
  return high === null ? `≥ ${write(low)}` : `${write(low)} … ${write(high)}`;
}
