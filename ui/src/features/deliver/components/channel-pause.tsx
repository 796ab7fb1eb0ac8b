/** Why a channel takes nothing for now, what to do, and the place to do it: new credentials, or going on. */
import { Button, Input } from "antd";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Note } from "@/shared/parts/note";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { type ChannelStanding, useRenewal, useResume } from "../api/channels";
import styles from "./channel-pause.module.css";

type Pause = NonNullable<ChannelStanding["paused"]>;

export function ChannelPause({ channel, pause }: { channel: string; pause: Pause }) {
  const { t } = useTranslation();
  const format = useFormat();
  const resume = useResume();
  const hard = pause.trouble !== "busy";
  return (
    <Note
      tone={hard ? "harm" : "decide"}
      role={hard ? "alert" : "status"}
      title={t("deliver.paused.title", { messages: format.people(pause.waiting) })}
    >
      <p>
        {format.say(pause.why)}
        {pause.code ? <span className={styles.code}> {pause.code}</span> : null}
      </p>
      <p>{format.say(pause.next)}</p>
      {pause.fields.length ? <Credentials channel={channel} fields={pause.fields} /> : null}
      <p className={styles.again}>{t("deliver.paused.again", { at: format.moment(pause.again) })}</p>
      {resume.error ? <ErrorNote error={resume.error} /> : null}
      {hard ? (
        <Button onClick={() => resume.mutate(channel)} loading={resume.isPending}>
          {t("deliver.paused.goOn")}
        </Button>
      ) : null}
    </Note>
  );
}

function Credentials({ channel, fields }: { channel: string; fields: string[] }) {
  const { t } = useTranslation();
  const id = useId();
  const renewal = useRenewal();
  const [typed, setTyped] = useState<Record<string, string>>({});
  const given = Object.fromEntries(Object.entries(typed).filter(([, value]) => value.trim() !== ""));
  const save = (event: FormEvent) => {
    event.preventDefault();
    renewal.mutate({ channel, settings: given }, { onSuccess: () => setTyped({}) });
  };
  return (
    <form className={styles.form} onSubmit={save}>
      {fields.map((field) => (
        <div key={field}>
          <label htmlFor={`${id}${field}`}>{field}</label>
          <Input.Password
            id={`${id}${field}`}
            autoComplete="off"
            placeholder={t("deliver.paused.kept")}
            value={typed[field] ?? ""}
            onChange={(event) => setTyped({ ...typed, [field]: event.target.value })}
          />
        </div>
      ))}
      {renewal.error ? <ErrorNote error={renewal.error} /> : null}
      <Button
        type="primary"
        htmlType="submit"
        loading={renewal.isPending}
        disabled={Object.keys(given).length === 0}
      >
        {t("deliver.paused.save")}
      </Button>
    </form>
  );
}
