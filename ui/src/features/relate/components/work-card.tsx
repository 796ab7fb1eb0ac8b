/** One piece of work, whole: who and why, what to say, call, the outcomes, to whom it goes, what became of it. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Input, InputNumber, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Views } from "@/shared/api/client";
import { Note } from "@/shared/parts/note";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { phoneOf, relateOptions, type Work } from "../api/work";
import { useOrder } from "./use-order";
import styles from "./work.module.css";
import { Marks } from "./work-line";

export function WorkCard({ card, large = false }: { card: Views["WorkCard"]; large?: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { work } = card;
  return (
    <div className={styles.whole} data-large={large}>
      <div>
        <Link to={`/people/${work.person.profile_id}`} className={styles.who}>
          <bdi>{work.person.name}</bdi>
        </Link>
        <span className={styles.quiet}>
          {[work.person.identifier, work.person.city].filter(Boolean).join(" · ")}
        </span>
        <Marks work={work} />
      </div>
      <p className={styles.why}>{format.say(work.why)}</p>
      {work.text ? (
        <section className={styles.say}>
          <h3>{t(work.kind === "task" ? "work.sayThis" : "work.about")}</h3>
          <p>{work.text}</p>
        </section>
      ) : null}
      {work.reasons.length > 0 ? (
        <ul className={styles.reasons}>
          {work.reasons.map((each) => (
            <li key={each.name}>
              <span>{each.name}</span> <b>+{Math.round(each.points)}</b>
            </li>
          ))}
        </ul>
      ) : null}
      {work.state === "open" ? <Open work={work} /> : <Closed work={work} />}
      <History card={card} />
    </div>
  );
}

function Open({ work }: { work: Work }) {
  const { t } = useTranslation();
  const format = useFormat();
  const order = useOrder(work.id);
  const [note, setNote] = useState("");
  const more = [
    work.owner?.name ?? t("work.waiting"),
    work.due_at ? t("work.dueAt", { at: format.moment(work.due_at) }) : "",
  ];
  return (
    <>
      <span className={styles.quiet}>{more.filter(Boolean).join(" · ")}</span>
      <Call work={work} />
      {order.isError ? <ErrorNote error={order.error} /> : null}
      <Input.TextArea
        aria-label={t("work.note")}
        placeholder={t("work.note")}
        autoSize={{ minRows: 1, maxRows: 4 }}
        maxLength={4000}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      <fieldset className={styles.outcomes}>
        <legend>{t("work.outcome")}</legend>
        {work.outcomes.map((each) => (
          <Button
            key={each.id}
            size="large"
            disabled={order.isPending}
            onClick={() => order.mutate({ outcome: each.id, note })}
          >
            {format.say(each.name)}
          </Button>
        ))}
      </fieldset>
      {work.kind === "deal" ? <Worth work={work} /> : null}
      <GiveTo work={work} />
    </>
  );
}

function Call({ work }: { work: Work }) {
  const { t } = useTranslation();
  const call = useMutation({ mutationFn: () => phoneOf(work.id) });
  if (call.data) {
    return (
      <Button type="primary" size="large" block href={`tel:${call.data.phone}`}>
        {t("work.dial", { phone: call.data.phone })}
      </Button>
    );
  }
  return (
    <>
      <Button type="primary" size="large" block loading={call.isPending} onClick={() => call.mutate()}>
        {t("work.call")}
      </Button>
      {call.isError ? <ErrorNote error={call.error} /> : null}
    </>
  );
}

function Worth({ work }: { work: Work }) {
  const { t } = useTranslation();
  const order = useOrder(work.id);
  const [yuan, setYuan] = useState<number | null>(work.amount / 100);
  const fen = Math.round((yuan ?? 0) * 100);
  return (
    <div className={styles.give}>
      <span>{t("work.amount")}</span>
      <InputNumber
        aria-label={t("work.amountField")}
        prefix="¥"
        min={0}
        max={1e9}
        style={{ width: "100%" }}
        value={yuan}
        onChange={setYuan}
        onBlur={() => fen !== work.amount && order.mutate({ amount: fen })}
      />
      {order.isError ? <ErrorNote error={order.error} /> : null}
    </div>
  );
}

function GiveTo({ work }: { work: Work }) {
  const { t } = useTranslation();
  const order = useOrder(work.id);
  const relate = useQuery(relateOptions());
  const staff = relate.data?.staff ?? [];
  if (staff.length === 0) return null;
  return (
    <div className={styles.give}>
      <span>{t("work.giveTo")}</span>
      <Select
        aria-label={t("work.giveTo")}
        value={work.owner?.id ?? ""}
        loading={order.isPending}
        options={[
          { value: "", label: t("work.waiting") },
          ...staff.map((each) => ({
            value: each.id,
            label: each.away ? t("work.away", { name: each.name }) : each.name,
          })),
        ]}
        onChange={(owner: string) => order.mutate({ owner })}
      />
    </div>
  );
}

function Closed({ work }: { work: Work }) {
  const { t } = useTranslation();
  const format = useFormat();
  const order = useOrder(work.id);
  return (
    <>
      <Note
        tone="good"
        role="status"
        title={t("work.closedAs", { outcome: work.outcome ? format.say(work.outcome.name) : "" })}
      />
      {order.isError ? <ErrorNote error={order.error} /> : null}
      <Button loading={order.isPending} onClick={() => order.mutate({ reopen: true })}>
        {t("work.reopen")}
      </Button>
    </>
  );
}

function History({ card }: { card: Views["WorkCard"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <section className={styles.history}>
      <h3>{t("work.history")}</h3>
      <ol>
        {card.history.map((each, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of one instant may say the same; they never move.
          <li key={place}>
            <time dateTime={each.at}>{format.moment(each.at)}</time>
            <span>
              {format.say(each.by)} · {format.say(each.what)}
              {each.note ? <q>{each.note}</q> : null}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
