/** One playbook beside the list: its few questions, what starting would make, and the button that does it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Input, InputNumber, Select } from "antd";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { Note } from "@/shared/parts/note";
import { ErrorNote } from "@/shared/parts/shown";
import { SideDrawer } from "@/shared/parts/side-drawer";
import { useSettled } from "@/shared/use-settled";
import { useFormat } from "@/shared/words/use-format";
import {
  type Answers,
  type Made,
  type Playbook,
  type PlaybookField,
  playbookPreviewOptions,
  type Started,
  startPlaybook,
} from "../api/playbooks";
import styles from "./playbooks.module.css";

const PAUSE_MS = 300;
const PLACES: Partial<Record<Made["kind"], (id: string) => string>> = {
  audience: (id) => `/audiences/${encodeURIComponent(id)}`,
  journey: (id) => `/results/journeys?journey=${encodeURIComponent(id)}`,
};

const TYPED: Partial<Record<PlaybookField["kind"], string>> = { date: "date", instant: "datetime-local" };

export function PlaybookDrawer({ playbooks }: { playbooks: Playbook[] }) {
  const format = useFormat();
  const [search, setSearch] = useSearchParams();
  const playbook = playbooks.find((each) => each.id === search.get("playbook"));
  if (playbook === undefined) return null;
  return (
    <SideDrawer
      open
      title={format.say(playbook.name)}
      side="right"
      onClose={() => setSearch({}, { preventScrollReset: true })}
    >
      <Answering key={playbook.id} playbook={playbook} />
    </SideDrawer>
  );
}

function Answering({ playbook }: { playbook: Playbook }) {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [answers, setAnswers] = useState<Answers>({});
  const start = useMutation({
    mutationFn: () => startPlaybook(playbook.id, answers),
    onSuccess: async (done) => {
      await queries.invalidateQueries();
      if (done.plan_id !== "") void navigate(`/goals/${done.plan_id}`);
    },
  });
  if (start.data && start.data.plan_id === "") return <Done done={start.data} />;
  const missing = playbook.fields.find((each) => nothingToChoose(each));
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        start.mutate();
      }}
    >
      <p className={styles.story}>{format.say(playbook.story)}</p>
      {missing ? (
        <Note tone="decide" title={t("playbook.nothingToChoose", { what: format.say(missing.name) })}>
          {t("playbook.setUpFirst")}
        </Note>
      ) : null}
      {playbook.fields.map((field) => (
        <label key={field.id} htmlFor={`playbook-${field.id}`}>
          {format.say(field.name)}
          <Answer
            field={field}
            value={answers[field.id]}
            onChange={(value) => setAnswers({ ...answers, [field.id]: value })}
          />
        </label>
      ))}
      {start.isError ? <ErrorNote error={start.error} /> : null}
      <Button type="primary" htmlType="submit" loading={start.isPending} disabled={missing !== undefined}>
        {t(playbook.family === "goal" ? "playbook.plan" : "playbook.start")}
      </Button>
      {missing ? null : <Preview playbook={playbook} answers={answers} />}
    </form>
  );
}

function nothingToChoose(field: PlaybookField): boolean {
  return (
    (field.kind === "channel" || field.kind === "audience") && !field.optional && field.choices.length === 0
  );
}

interface AnswerProps {
  field: PlaybookField;
  value: string | number | undefined;
  onChange(value: string | number): void;
}

function Answer({ field, value, onChange }: AnswerProps) {
  const { t } = useTranslation();
  const id = `playbook-${field.id}`;
  switch (field.kind) {
    case "channel":
    case "content":
    case "offer":
    case "audience": {
      const only = field.optional ? undefined : field.choices[0]?.id;
      return (
        <Select
          id={id}
          allowClear={field.optional}
          placeholder={t(field.optional ? "playbook.none" : "playbook.choose")}
          value={value ?? (field.choices.length === 1 ? only : undefined)}
          onChange={(chosen?: string | number) => onChange(chosen ?? "")}
          options={field.choices.map((each) => ({ value: each.id, label: each.name }))}
        />
      );
    }
    case "date":
    case "instant":
    case "text":
    case "event":
    case "trait":
      return (
        <Input
          id={id}
          type={TYPED[field.kind] ?? "text"}
          step={field.kind === "instant" ? 1 : undefined}
          value={value ?? field.usual}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    default:
      return (
        <InputNumber
          id={id}
          min={field.low}
          max={field.high}
          value={value ?? (field.usual === "" ? null : field.usual)}
          placeholder={t("playbook.none")}
          suffix={unitOf(field.kind, t)}
          onChange={(typed) => onChange(typed ?? "")}
        />
      );
  }
}

function unitOf(kind: PlaybookField["kind"], t: TFunction): string | null {
  if (kind === "percent") return "%";
  return kind === "days" || kind === "hours" || kind === "yuan" ? t(`playbook.unit.${kind}`) : null;
}

/** What would be made of the answers so far; while they are not complete it says what is missing. */
function Preview({ playbook, answers }: { playbook: Playbook; answers: Answers }) {
  const { t } = useTranslation();
  const format = useFormat();
  const preview = useQuery(playbookPreviewOptions(playbook.id, useSettled(answers, PAUSE_MS)));
  if (preview.isError) return <p className={styles.story}>{t("playbook.notYet")}</p>;
  if (preview.data === undefined) return null;
  const { definitions, goal } = preview.data;
  if (goal !== "") {
    return (
      <section className={styles.preview}>
        <h3>{t("playbook.goal")}</h3>
        <p className={styles.goal}>{goal}</p>
      </section>
    );
  }
  const audience = definitions.find((each) => each.people !== null);
  return (
    <section className={styles.preview}>
      <h3>{t("playbook.makes")}</h3>
      <ul>
        {definitions.map((each) => (
          <li key={`${each.kind}/${each.id}`}>
            <span className={styles.kind}>{t(`playbook.kind.${each.kind}`)}</span> {each.name}
            {each.kind === "content" ? <p className={styles.words}>{String(each.body.body ?? "")}</p> : null}
          </li>
        ))}
      </ul>
      {audience ? (
        <p className={styles.story}>{t("playbook.now", { people: format.people(audience.people ?? 0) })}</p>
      ) : null}
    </section>
  );
}

function Done({ done }: { done: Started }) {
  const { t } = useTranslation();
  return (
    <div className={styles.form}>
      <Note tone="good" role="status" title={t("playbook.started")}>
        {t("playbook.yours")}
      </Note>
      <ul className={styles.made}>
        {done.definitions.map((each) => {
          const place = PLACES[each.kind]?.(each.id);
          return (
            <li key={`${each.kind}/${each.id}`}>
              <span className={styles.kind}>{t(`playbook.kind.${each.kind}`)}</span>{" "}
              {place ? <Link to={place}>{each.name}</Link> : each.name}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
