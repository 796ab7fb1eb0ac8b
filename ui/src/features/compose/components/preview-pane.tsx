/** The message as one real person would get it, in the look of its channel; made by the dispatcher's own code. */
import { useQuery } from "@tanstack/react-query";
import { Segmented, Select, Switch } from "antd";
import { useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyNote, Note } from "@/shared/parts/note";
import { Waiting } from "@/shared/parts/shown";
import { useSettled } from "@/shared/use-settled";
import { useFormat } from "@/shared/words/use-format";
import { type Preview, peopleOptions, usePreview } from "../api/contents";
import styles from "./contents.module.css";

const PAUSE_MS = 250;
const WIDE_PX = 600;
const NARROW_PX = 390;
const WIDE_ZOOM = 0.75; // So that the width of a desktop stands beside the editor.
/** Mail readers in dark: the browser's own colours, since a mail that names none takes those of its reader. */
const DARK = "<style>:root{color-scheme:dark}html,body{background:Canvas;color:CanvasText}</style>";

export function PreviewPane({ content }: { content: Record<string, unknown> }) {
  const { t } = useTranslation();
  const [person, setPerson] = useState("");
  const preview = usePreview(content, person);
  return (
    <div className={styles.preview}>
      <PersonPick person={person} onPerson={setPerson} />
      {person === "" ? (
        <EmptyNote title={t("content.pickPerson")} />
      ) : preview.data ? (
        <Seen preview={preview.data} />
      ) : (
        <Waiting query={preview} lines={6} />
      )}
    </div>
  );
}

export function PersonPick({ person, onPerson }: { person: string; onPerson(person: string): void }) {
  const { t } = useTranslation();
  const field = useId();
  const [typed, setTyped] = useState("");
  const people = useQuery(peopleOptions(useSettled(typed, PAUSE_MS)));
  const found = people.data?.profiles ?? [];
  const first = found[0]?.profile_id;
  useEffect(() => {
    if (person === "" && first) onPerson(first);
  }, [person, first, onPerson]);
  return (
    <div className={styles.field}>
      <label htmlFor={field}>{t("content.forPerson")}</label>
      <Select
        id={field}
        showSearch={{ filterOption: false, onSearch: setTyped }}
        value={person || null}
        onChange={(chosen) => onPerson(chosen ?? "")}
        options={found.map((each) => ({
          value: each.profile_id,
          label: [each.name, each.identifier].filter(Boolean).join(" · "),
        }))}
      />
    </div>
  );
}

export function Seen({ preview }: { preview: Preview }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (preview.problem) return <Note tone="decide" title={format.say(preview.problem)} />;
  switch (preview.look) {
    case "mail":
      return <Mail preview={preview} />;
    case "card":
      return (
        <dl className={styles.card}>
          {preview.fields.map(({ name, value }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      );
    case "sms":
      return (
        <>
          <div className={styles.bubble}>{preview.text}</div>
          {preview.sms ? (
            <p className={styles.about}>
              {t("content.segments", {
                count: preview.sms.segments,
                characters: preview.sms.characters,
                left: preview.sms.left,
              })}{" "}
              {t("content.segmentsReserved", { count: preview.sms.reserved })}
            </p>
          ) : null}
        </>
      );
    default:
      return (
        <div className={preview.look === "bubble" ? styles.bubbleMine : styles.bubble}>{preview.text}</div>
      );
  }
}

function Mail({ preview }: { preview: Preview }) {
  const { t } = useTranslation();
  const [width, setWidth] = useState(WIDE_PX);
  const [dark, setDark] = useState(false);
  const [text, setText] = useState(false);
  const darkness = useId();
  return (
    <>
      <div className={styles.inbox}>
        <span>{preview.sender}</span>
        <b>{preview.subject || t("content.noSubject")}</b>
        <span className={styles.excerpt}>{preview.preheader}</span>
      </div>
      <div className={styles.bar}>
        <Segmented
          value={text ? "text" : width}
          aria-label={t("content.look")}
          onChange={(chosen) => {
            setText(chosen === "text");
            if (typeof chosen === "number") setWidth(chosen);
          }}
          options={[
            { value: WIDE_PX, label: t("content.desktop") },
            { value: NARROW_PX, label: t("content.phone") },
            { value: "text", label: t("content.textPart") },
          ]}
        />
        <span className={styles.bar}>
          <Switch id={darkness} size="small" checked={dark} onChange={setDark} />
          <label htmlFor={darkness}>{t("content.dark")}</label>
        </span>
      </div>
      {text ? (
        <pre className={styles.text}>{preview.text}</pre>
      ) : (
        <div className={styles.frame}>
          {/* No scripts, no forms, no links that lead away: a mail is looked at, never run. */}
          <iframe
            title={t("content.mailTitle")}
            sandbox=""
            srcDoc={(dark ? DARK : "") + preview.body}
            style={{ width, zoom: width === WIDE_PX ? WIDE_ZOOM : 1 }}
          />
        </div>
      )}
    </>
  );
}
