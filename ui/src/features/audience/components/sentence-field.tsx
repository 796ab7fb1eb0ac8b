/** The audience as one sentence: what was understood of it, what was taken for granted, and what is asked back. */
import { Button, Input, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { Note } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import { piecesOf } from "../model/echo";
import styles from "./sentence-field.module.css";

export type Chosen = Readonly<Record<string, number>>;

interface SentenceFieldProps {
  text: string;
  /** What was understood of exactly this text; null while the sentence only follows the tree. */
  understood: Views["UnderstoodSentence"] | null;
  chosen: Chosen;
  onChange(text: string, chosen: Chosen): void;
}

export function SentenceField({ text, understood, chosen, onChange }: SentenceFieldProps) {
  const { t } = useTranslation();
  const field = useId();
  const examples = [t("audience.exampleLapsed"), t("audience.exampleCart"), t("audience.exampleSpent")];
  return (
    <div className={styles.sentence}>
      <label htmlFor={field}>{t("audience.inWords")}</label>
      <Input.TextArea
        id={field}
        size="large"
        autoSize={{ minRows: 1, maxRows: 6 }}
        maxLength={1000}
        placeholder={t("audience.sentencePlaceholder")}
        value={text}
        onChange={(event) => onChange(event.target.value, {})}
      />
      {text === "" ? (
        <div className={styles.examples}>
          {examples.map((example) => (
            <Button key={example} size="small" onClick={() => onChange(example, {})}>
              {example}
            </Button>
          ))}
        </div>
      ) : null}
      {understood ? (
        <Heard
          text={text}
          understood={understood}
          onChoose={(id, option) => onChange(text, { ...chosen, [id]: option })}
          onReplace={(next) => onChange(next, {})}
        />
      ) : null}
    </div>
  );
}

interface HeardProps {
  text: string;
  understood: Views["UnderstoodSentence"];
  onChoose(id: string, option: number): void;
  onReplace(text: string): void;
}

function Heard({ text, understood, onChoose, onReplace }: HeardProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { parts, unread, assumed, choices } = understood;
  return (
    <div className={styles.heard} aria-live="polite">
      <p className={styles.echo}>
        <span className="only-read">{t("audience.understood")}</span>
        {piecesOf(text, understood).map((piece, at) => {
          const said = piece.part === null ? undefined : parts[piece.part];
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a piece has no other name than its place.
            <span key={at} data-tone={piece.tone} title={said ? format.say(said.sentence) : undefined}>
              {piece.text}
            </span>
          );
        })}
      </p>
      {choices.map((choice) => (
        <p className={styles.choice} key={choice.id}>
          <span>{t("audience.reading", { words: [...text].slice(choice.start, choice.end).join("") })}</span>
          <Select
            aria-label={t("audience.reading", { words: [...text].slice(choice.start, choice.end).join("") })}
            size="small"
            popupMatchSelectWidth={false}
            value={choice.chosen}
            onChange={(option) => onChoose(choice.id, option)}
            options={choice.options.map((option, value) => ({ value, label: format.say(option.name) }))}
          />
        </p>
      ))}
      {assumed.map((each) => (
        <p className={styles.assumed} key={each.en}>
          {format.say(each)}
        </p>
      ))}
      {unread.map((words) => (
        <Note key={words.start} tone="decide" title={t("audience.unread", { words: words.text })}>
          {words.near.length > 0 ? (
            <p className={styles.near}>
              {t("audience.meant")}
              {words.near.map((near) => (
                <Button
                  key={near}
                  size="small"
                  onClick={() => onReplace(replaced(text, words.start, words.end, near))}
                >
                  {near}
                </Button>
              ))}
            </p>
          ) : null}
        </Note>
      ))}
    </div>
  );
}

function replaced(text: string, start: number, end: number, near: string): string {
  const characters = [...text];
  return [...characters.slice(0, start), near, ...characters.slice(end)].join("");
}
