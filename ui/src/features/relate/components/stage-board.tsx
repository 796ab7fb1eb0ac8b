/** Leads or deals by stage. A card is dragged to another column, or moved by its menu: by keyboard and thumb too. */
import { Select } from "antd";
import { type DragEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Views } from "@/shared/api/client";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import type { Work } from "../api/work";
import { byStage, strongest, worth } from "../model/board";
import { useMove, useOrder } from "./use-order";
import styles from "./work.module.css";

const CARRIED = "application/x-liftloop-work";

interface BoardProps {
  works: Work[];
  stages: Views["WorkChoice"][];
}

export function StageBoard({ works, stages }: BoardProps) {
  const move = useMove();
  return (
    <>
      {move.isError ? <ErrorNote error={move.error} /> : null}
      <div className={styles.board}>
        {byStage(works, stages).map(({ stage, works: inside }) => (
          <Column
            key={stage.id}
            stage={stage}
            stages={stages}
            works={inside}
            onDropped={(id) => move.mutate({ id, stage: stage.id })}
          />
        ))}
      </div>
    </>
  );
}

interface ColumnProps extends BoardProps {
  stage: Views["WorkChoice"];
  onDropped: (workId: string) => void;
}

function Column({ stage, stages, works, onDropped }: ColumnProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [over, setOver] = useState(false);
  const total = worth(works);
  const hover = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes(CARRIED)) return;
    event.preventDefault();
    setOver(true);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const id = event.dataTransfer.getData(CARRIED);
    if (id && !works.some((each) => each.id === id)) onDropped(id);
  };
  return (
    <section
      aria-label={format.say(stage.name)}
      data-over={over}
      onDragOver={hover}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <h3>
        {format.say(stage.name)}{" "}
        <span>
          {[t("work.count", { count: works.length }), total > 0 ? format.money(total) : ""]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </h3>
      <ul>
        {works.map((work) => (
          <StageCard key={work.id} work={work} stages={stages} />
        ))}
      </ul>
    </section>
  );
}

function StageCard({ work, stages }: { work: Work; stages: Views["WorkChoice"][] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const order = useOrder(work.id);
  return (
    <li
      className={styles.card}
      draggable
      onDragStart={(event) => {
        event.dataTransfer.setData(CARRIED, work.id);
        event.dataTransfer.effectAllowed = "move";
      }}
    >
      <div className={styles.cardHead}>
        <Link to={{ search: `?work=${work.id}` }} preventScrollReset draggable={false}>
          <bdi>{work.person.name}</bdi>
        </Link>
        {work.score === null ? null : (
          <strong title={t("work.score")}>{format.number(Math.round(work.score))}</strong>
        )}
        {work.amount > 0 ? <strong title={t("work.amount")}>{format.money(work.amount)}</strong> : null}
      </div>
      <span className={styles.quiet}>{[work.title, work.owner?.name ?? t("work.waiting")].join(" · ")}</span>
      {work.due_at ? (
        <span className={styles.quiet}>{t("work.dueAt", { at: format.moment(work.due_at) })}</span>
      ) : null}
      {work.reasons.length > 0 ? (
        <span className={styles.quiet}>
          {strongest(work.reasons)
            .map((each) => `${each.name} +${Math.round(each.points)}`)
            .join(" · ")}
        </span>
      ) : null}
      <Select
        size="small"
        aria-label={t("work.moveTo", { name: work.person.name })}
        value={work.stage?.id ?? null}
        loading={order.isPending}
        options={stages.map((each) => ({ value: each.id, label: format.say(each.name) }))}
        onChange={(stage: string) => order.mutate({ stage })}
      />
      {order.isError ? <ErrorNote error={order.error} /> : null}
    </li>
  );
}
