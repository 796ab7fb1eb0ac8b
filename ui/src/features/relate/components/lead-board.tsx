/** Leads by stage, each with its score and what it is made of; a lead moves on by its menu, by keyboard too. */
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Views } from "@/shared/api/client";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import type { Work } from "../api/work";
import { byStage, strongest } from "../model/board";
import { useOrder } from "./use-order";
import styles from "./work.module.css";

export function LeadBoard({ leads, stages }: { leads: Work[]; stages: Views["WorkChoice"][] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className={styles.board}>
      {byStage(leads, stages).map(({ stage, works }) => (
        <section key={stage.id} aria-label={format.say(stage.name)}>
          <h3>
            {format.say(stage.name)} <span>{t("work.count", { count: works.length })}</span>
          </h3>
          <ul>
            {works.map((lead) => (
              <LeadCard key={lead.id} lead={lead} stages={stages} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function LeadCard({ lead, stages }: { lead: Work; stages: Views["WorkChoice"][] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const order = useOrder(lead.id);
  return (
    <li className={styles.card}>
      <div className={styles.cardHead}>
        <Link to={{ search: `?work=${lead.id}` }} preventScrollReset>
          {lead.person.name}
        </Link>
        {lead.score === null ? null : (
          <strong title={t("work.score")}>{format.number(Math.round(lead.score))}</strong>
        )}
      </div>
      <span className={styles.quiet}>{[lead.title, lead.owner?.name ?? t("work.waiting")].join(" · ")}</span>
      {lead.reasons.length > 0 ? (
        <span className={styles.quiet}>
          {strongest(lead.reasons)
            .map((each) => `${each.name} +${Math.round(each.points)}`)
            .join(" · ")}
        </span>
      ) : null}
      <Select
        size="small"
        aria-label={t("work.moveTo", { name: lead.person.name })}
        value={lead.stage?.id ?? null}
        loading={order.isPending}
        options={stages.map((each) => ({ value: each.id, label: format.say(each.name) }))}
        onChange={(stage: string) => order.mutate({ stage })}
      />
      {order.isError ? <ErrorNote error={order.error} /> : null}
    </li>
  );
}
