/** What is written: for which channel and purpose, in which languages, and the words themselves. */
import { Button, Input, Segmented, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Block } from "../model/blocks";
import { languagesOf, rewritten, saidIn, type Written, withLanguage, withoutLanguage } from "../model/words";
import { BlocksForm } from "./blocks-form";
import styles from "./contents.module.css";

const OTHER_LANGUAGES = ["en", "zh-CN", "zh-TW", "ja", "ko"];
const PURPOSES = ["marketing", "service", "transactional"] as const;

interface WordsFormProps {
  words: Written;
  channels: Record<string, { [name: string]: unknown }>;
  language: string;
  onLanguage(language: string): void;
  onChange(words: Written): void;
}

export function WordsForm({ words, channels, language, onLanguage, onChange }: WordsFormProps) {
  const { t } = useTranslation();
  const ids = useId();
  const mail = channels[words.channel]?.kind === "smtp";
  return (
    <div className={styles.form}>
      <div className={styles.pair}>
        <Field id={`${ids}name`} label={t("content.name")}>
          <Input
            id={`${ids}name`}
            value={words.name}
            maxLength={80}
            onChange={(event) => onChange({ ...words, name: event.target.value })}
          />
        </Field>
        <Field id={`${ids}folder`} label={t("content.folder")}>
          <Input
            id={`${ids}folder`}
            value={words.folder}
            maxLength={120}
            placeholder={t("content.folderExample")}
            onChange={(event) => onChange({ ...words, folder: event.target.value })}
          />
        </Field>
        <Field id={`${ids}channel`} label={t("content.channel")}>
          <Select
            disabled={words.format === "page"}
            id={`${ids}channel`}
            value={words.channel}
            onChange={(channel: string) => onChange({ ...words, channel })}
            options={[
              { value: "", label: t("content.anyChannel") },
              ...Object.keys(channels).map((value) => ({ value, label: value })),
            ]}
          />
        </Field>
        <Field id={`${ids}purpose`} label={t("content.purpose")}>
          <Select
            id={`${ids}purpose`}
            value={words.purpose}
            onChange={(purpose: Written["purpose"]) => onChange({ ...words, purpose })}
            options={PURPOSES.map((value) => ({ value, label: t(`content.purposes.${value}`) }))}
          />
        </Field>
      </div>
      <Languages words={words} language={language} onLanguage={onLanguage} onChange={onChange} />
      {words.format === "page" ? (
        <PageWords {...{ words, language, onChange }} />
      ) : (
        <Texts {...{ words, language, mail, onChange }} />
      )}
    </div>
  );
}

function Languages({ words, language, onLanguage, onChange }: Omit<WordsFormProps, "channels">) {
  const { t } = useTranslation();
  const spoken = languagesOf(words);
  const missing = OTHER_LANGUAGES.filter((each) => !spoken.includes(each));
  return (
    <div className={styles.bar}>
      <Segmented
        value={language}
        onChange={onLanguage}
        options={spoken.map((value) => ({ value, label: value }))}
        aria-label={t("content.language")}
      />
      <Select
        value={null}
        placeholder={t("content.addLanguage")}
        aria-label={t("content.addLanguage")}
        className={styles.adding ?? ""}
        onChange={(added: string | null) => {
          if (!added) return;
          onChange(withLanguage(words, added));
          onLanguage(added);
        }}
        options={missing.map((value) => ({ value, label: value }))}
      />
      {language !== words.language ? (
        <Button
          type="text"
          onClick={() => {
            onLanguage(words.language);
            onChange(withoutLanguage(words, language));
          }}
        >
          {t("content.dropLanguage", { language })}
        </Button>
      ) : null}
    </div>
  );
}

interface TextsProps {
  words: Written;
  language: string;
  mail: boolean;
  onChange(words: Written): void;
}

function Texts({ words, language, mail, onChange }: TextsProps) {
  const { t } = useTranslation();
  const ids = useId();
  const said = saidIn(words, language);
  const change = (part: Partial<typeof said>) => onChange(rewritten(words, language, part));
  return (
    <>
      {mail ? (
        <>
          <Field id={`${ids}subject`} label={t("content.subject")}>
            <Input
              id={`${ids}subject`}
              value={said.subject}
              onChange={(event) => change({ subject: event.target.value })}
            />
          </Field>
          <Field id={`${ids}preheader`} label={t("content.preheader")}>
            <Input
              id={`${ids}preheader`}
              value={said.preheader}
              onChange={(event) => change({ preheader: event.target.value })}
            />
          </Field>
          <Segmented
            value={words.format}
            aria-label={t("content.format")}
            onChange={(format) => onChange({ ...words, format })}
            options={[
              { value: "text" as const, label: t("content.formats.text") },
              { value: "mjml" as const, label: "MJML" },
            ]}
          />
        </>
      ) : null}
      <Field id={`${ids}body`} label={t("content.body")}>
        <Input.TextArea
          id={`${ids}body`}
          value={said.body}
          autoSize={{ minRows: mail ? 12 : 5, maxRows: 28 }}
          spellCheck={false}
          className={styles.body ?? ""}
          onChange={(event) => change({ body: event.target.value })}
        />
      </Field>
    </>
  );
}

function PageWords({ words, language, onChange }: Omit<TextsProps, "mail">) {
  const { t } = useTranslation();
  const id = useId();
  const said = saidIn(words, language);
  return (
    <>
      <Field id={id} label={t("page.title")}>
        <Input
          id={id}
          value={said.subject}
          maxLength={200}
          onChange={(event) => onChange(rewritten(words, language, { subject: event.target.value }))}
        />
      </Field>
      <BlocksForm
        blocks={said.blocks}
        onChange={(blocks: Block[]) => onChange(rewritten(words, language, { blocks }))}
      />
    </>
  );
}

export function Field({ id, label, children }: { id: string; label: string; children: React.ReactNode }) {
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children}
    </div>
  );
}
