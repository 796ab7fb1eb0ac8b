/** Ctrl/⌘-K: one field that finds people, what was defined, pages and actions; arrows choose, Enter opens. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Modal } from "antd";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useImport } from "@/features/collect/import-context";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";
import { useSettled } from "@/shared/use-settled";
import { errorWords } from "@/shared/words/errors";
import { initials } from "@/shared/words/initials";
import { useLanguage } from "@/shared/words/language";
import { useFormat } from "@/shared/words/use-format";
import { deeds, places } from "./places";
import styles from "./search-palette.module.css";

type Hit = Views["SearchHit"];

const PAUSE_MS = 150;
const SHOWN_AT_FIRST = 6; // Pages, before anything is typed.

const ADDRESS: Record<Hit["kind"], (id: string) => string> = {
  person: (id) => `/people/${id}`,
  audience: (id) => `/audiences/${id}`,
  campaign: (id) => `/campaigns/${id}`,
  journey: (id) => `/journeys/${id}/edit`,
  content: (id) => `/contents/${id}`,
  signal: (id) => `/signals/${id}`,
  tag: (id) => `/tags?tag=${encodeURIComponent(id)}`,
  dashboard: (id) => `/results/dashboards/${id}`,
  playbook: (id) => `/playbooks?playbook=${encodeURIComponent(id)}`,
  goal: () => "/goals",
};

interface Line {
  key: string;
  group: string;
  name: string;
  note: string;
  open(): void;
}

export function SearchPalette({ open, onClose }: { open: boolean; onClose(): void }) {
  const { t } = useTranslation();
  return (
    <Modal
      open={open}
      onCancel={onClose}
      footer={null}
      closable={false}
      width={640}
      destroyOnHidden
      title={null}
    >
      <h2 className="only-read">{t("search.title")}</h2>
      <Palette onClose={onClose} />
    </Modal>
  );
}

function Palette({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useLanguage();
  const navigate = useNavigate();
  const importing = useImport();
  const list = useId();
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(0);
  const asked = useSettled(typed.trim(), PAUSE_MS);
  const found = useQuery({
    queryKey: ["search", asked],
    queryFn: () => answered(api.GET("/api/search", { params: { query: { q: asked } } })),
    enabled: asked !== "",
    placeholderData: keepPreviousData,
  });
  useEffect(() => field.current?.focus(), []);
  const go = (to: string) => () => {
    onClose();
    void navigate(to);
  };
  const own = (words: string) => {
    const wanted = typed.trim().toLowerCase();
    return words.toLowerCase().includes(wanted) || initials(words).includes(wanted.replaceAll(" ", ""));
  };
  const hits = typed.trim() === "" ? [] : (found.data?.hits ?? []);
  const lines: Line[] = [
    ...hits.map((hit) => ({
      key: `${hit.kind}/${hit.id}`,
      group: t(`search.kind.${hit.kind}`),
      name: format.say(hit.name),
      note: format.say(hit.note),
      open: go(ADDRESS[hit.kind](hit.id)),
    })),
    ...places
      .map(({ path, label }) => ({
        key: path,
        group: t("search.pages"),
        name: t(label),
        note: "",
        open: go(path),
      }))
      .filter(({ name }) => own(name))
      .slice(0, typed.trim() === "" ? SHOWN_AT_FIRST : undefined),
    ...deeds
      .map(({ to, label }) => ({
        key: `do/${label}`,
        group: t("search.actions"),
        name: t(label),
        note: "",
        open: () => {
          if (to !== "import") return go(to)();
          onClose();
          importing.open();
        },
      }))
      .filter(({ name }) => own(name)),
  ];
  const place = Math.min(chosen, Math.max(lines.length - 1, 0));
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && lines.length > 0) {
      event.preventDefault();
      const next = (place + step + lines.length) % lines.length;
      setChosen(next);
      document.getElementById(`${list}-${next}`)?.scrollIntoView?.({ block: "nearest" });
    }
    if (event.key === "Enter" && !event.nativeEvent.isComposing) lines[place]?.open();
  };
  const searching = asked !== typed.trim() || found.isFetching;
  return (
    <>
      <input
        ref={field}
        className={styles.field}
        role="combobox"
        aria-expanded={lines.length > 0}
        aria-controls={list}
        aria-activedescendant={lines.length > 0 ? `${list}-${place}` : undefined}
        aria-label={t("search.title")}
        placeholder={t("search.how")}
        value={typed}
        maxLength={200}
        onChange={(event) => {
          setTyped(event.target.value);
          setChosen(0);
        }}
        onKeyDown={keys}
      />
      <div id={list} role="listbox" aria-label={t("search.found")} className={styles.list}>
        {lines.map((line, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys for all of them.
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus and names the active one.
          <div
            key={line.key}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === place}
            className={styles.line}
            onMouseMove={() => setChosen(index)}
            onClick={line.open}
          >
            <span className={styles.kind}>{lines[index - 1]?.group === line.group ? "" : line.group}</span>
            <span className={styles.name}>{line.name}</span>
            <span className={styles.note}>{line.note}</span>
          </div>
        ))}
      </div>
      <p className={styles.end} role="status">
        {found.isError && asked !== ""
          ? errorWords(found.error, language, t("common.unknownError")).what
          : lines.length === 0
            ? searching
              ? t("common.loading")
              : t("search.nothing")
            : t("search.keys")}
      </p>
    </>
  );
}
