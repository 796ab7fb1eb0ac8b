/** What a tile shows: one number, bars, lines or a table, each with its numbers in words for those who cannot see it. */
import { useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useLook } from "@/shared/appearance";
import { DataTable } from "@/shared/chart/chart";
import { Shown } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { type Answer, answerOptions, type Tile } from "../api/dashboards";
import { searchOf } from "../model/behind";
import { linesOption } from "../model/lines";
import { written } from "../model/tile";
import styles from "./board.module.css";

const ROWS_MAX = 500; // Rows of a tile's table; an answer may have ten times as many.

const Canvas = lazy(() => import("@/shared/chart/canvas"));

interface TileBodyProps {
  tile: Tile;
  title: string;
  /** Whether what is shown leads to the people behind it: not while the board is put together. */
  leads: boolean;
}

export function TileBody({ tile, title, leads }: TileBodyProps) {
  const { t } = useTranslation();
  const answer = useQuery(answerOptions(tile));
  return (
    <Shown query={answer} lines={Math.max(1, tile.h - 1)}>
      {(found) =>
        found.points.length === 0 ? (
          <p className={styles.soft}>{t("board.nothing")}</p>
        ) : (
          <Drawn tile={tile} title={title} answer={found} leads={leads} />
        )
      }
    </Shown>
  );
}

interface DrawnProps extends TileBodyProps {
  answer: Answer;
}

function Drawn(props: DrawnProps) {
  const { tile, title, answer } = props;
  if (tile.chart === "bars" && !tile.grain) return <Bars {...props} />;
  if (tile.chart === "number" && !tile.grain && !tile.by) return <One {...props} />;
  return (
    <>
      {tile.chart === "line" && tile.grain ? <Lines title={title} answer={answer} /> : <Rows {...props} />}
      <AllOfThem {...props} />
    </>
  );
}

function AllOfThem({ tile, leads }: DrawnProps) {
  const { t } = useTranslation();
  return leads ? (
    <p className={styles.soft}>
      <Behind tile={tile} leads group={null}>
        {t("board.people")}
      </Behind>
    </p>
  ) : null;
}

interface BehindProps {
  tile: Tile;
  leads: boolean;
  group: number | null;
  children: ReactNode;
}

/** Leads to the people behind a number, where there is somewhere to be led. */
function Behind({ tile, leads, group, children }: BehindProps) {
  if (!leads) return children;
  return (
    <Link className={styles.behind} to={{ search: searchOf({ tile: tile.id, group }) }} preventScrollReset>
      {children}
    </Link>
  );
}

function One({ tile, answer, leads }: DrawnProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const value = answer.points[0]?.value ?? null;
  const change = value !== null && answer.before ? value / answer.before - 1 : null;
  return (
    <div className={styles.one}>
      <strong>
        <Behind tile={tile} leads={leads} group={null}>
          {written(value, answer.unit, format)}
        </Behind>
      </strong>
      <span className={styles.soft}>
        {tile.days === 0
          ? t("board.allTime")
          : change === null
            ? t("board.lastDays", { count: tile.days })
            : t("board.changed", { change: format.lift(change, "relative"), count: tile.days })}
      </span>
    </div>
  );
}

function Bars({ tile, answer, leads }: DrawnProps) {
  const format = useFormat();
  const most = Math.max(...answer.points.map(({ value }) => Math.abs(value ?? 0)), 1e-9);
  const rows = [...answer.points].sort((a, b) => a.group - b.group);
  return (
    <ul className={styles.bars}>
      {rows.map(({ group, value }) => {
        const named = answer.groups[group];
        return named ? (
          <li key={group} data-other={named.other}>
            <span className={styles.label}>
              <Behind tile={tile} leads={leads} group={group}>
                {format.say(named.name)}
              </Behind>
            </span>
            <span className={styles.value}>{written(value, answer.unit, format)}</span>
            <span className={styles.track} aria-hidden="true">
              <i style={{ width: `${(100 * Math.abs(value ?? 0)) / most}%` }} />
            </span>
          </li>
        ) : null;
      })}
    </ul>
  );
}

function Lines({ title, answer }: { title: string; answer: Answer }) {
  const format = useFormat();
  const look = useLook();
  const option = useMemo(() => linesOption(answer, look, format), [answer, look, format]);
  return (
    <div className={styles.canvas} role="img" aria-label={title}>
      <Suspense fallback={null}>
        <Canvas option={option} />
      </Suspense>
    </div>
  );
}

function Rows({ tile, title, answer }: DrawnProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const when = (at: string) => (tile.grain === "hour" ? format.moment(at) : format.day(at));
  const rows = [...answer.points]
    .sort((a, b) => (b.at ?? "").localeCompare(a.at ?? "") || a.group - b.group)
    .slice(0, ROWS_MAX)
    .map((point) => [
      ...(tile.grain ? [when(point.at ?? "")] : []),
      ...(tile.by || !tile.grain ? [format.say(answer.groups[point.group]?.name ?? { zh: "", en: "" })] : []),
      written(point.value, answer.unit, format),
    ]);
  const columns = [
    ...(tile.grain ? [t("board.when")] : []),
    ...(tile.by || !tile.grain ? [t("board.group")] : []),
    t("board.value"),
  ];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
    <div className={styles.scroll} tabIndex={0}>
      <DataTable table={{ columns, rows }} caption={title} />
      {answer.points.length > ROWS_MAX ? (
        <p className={styles.soft}>{t("board.rowsCut", { count: ROWS_MAX })}</p>
      ) : null}
    </div>
  );
}
