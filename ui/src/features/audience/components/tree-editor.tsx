/** Nested all / any / not, edited in place; every change goes through the reducer in `model/tree`. */
import { CloseOutlined, ExclamationCircleOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/words/use-format";
import type { Words } from "../atoms/atom";
import { EditAtom, newAtom, subjectOf, subjects } from "../atoms/registry";
import {
  type Atom,
  bare,
  type Change,
  DEPTH_MAX,
  type Group,
  isGroup,
  type Joint,
  joint,
  lackOf,
  members,
  negatedIf,
  type Path,
} from "../model/tree";
import styles from "./tree-editor.module.css";

interface TreeProps {
  group: Group;
  path: Path;
  words: Words;
  onChange(change: Change): void;
  /** Controls of the group itself, at both ends of its first line. */
  before?: ReactNode;
  after?: ReactNode;
}

export function TreeEditor({ group, path, words, onChange, before, after }: TreeProps) {
  const { t } = useTranslation();
  const nodes = members(group);
  const first = words.vocabulary.events[0];
  const fresh = newAtom(first ? `event:${first.id}` : "percent:", words);
  return (
    <fieldset className={styles.group} aria-label={t("audience.group")} data-inner={path.length > 0}>
      <div className={styles.head}>
        {before}
        <Select<Joint>
          aria-label={t("audience.joint")}
          className={styles.joint ?? ""}
          value={joint(group)}
          onChange={(chosen) => onChange({ kind: "join", path, joint: chosen })}
          options={[
            { value: "all", label: t("audience.all") },
            { value: "any", label: t("audience.anyOf") },
          ]}
        />
        {after}
      </div>
      <ul className={styles.members}>
        {nodes.map((node, index) => {
          const { node: inner, negated } = bare(node);
          const replace = (next: Atom | Group, not: boolean) =>
            onChange({ kind: "replace", path, index, node: negatedIf(not, next) });
          const not = <Not negated={negated} onChange={(next) => replace(inner, next)} />;
          const remove = <Remove onClick={() => onChange({ kind: "remove", path, index })} />;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a condition has no other name than its place.
            <li key={index}>
              {isGroup(inner) ? (
                <TreeEditor
                  group={inner}
                  path={[...path, index]}
                  words={words}
                  onChange={onChange}
                  before={not}
                  after={remove}
                />
              ) : (
                <div className={styles.member}>
                  {not}
                  <AtomRow atom={inner} words={words} onChange={(atom) => replace(atom, negated)} />
                  {remove}
                </div>
              )}
            </li>
          );
        })}
      </ul>
      <div className={styles.add}>
        <Button
          size="small"
          icon={<PlusOutlined />}
          onClick={() => onChange({ kind: "add", path, node: fresh })}
        >
          {t("audience.addCondition")}
        </Button>
        {path.length + 1 < DEPTH_MAX ? (
          <Button size="small" onClick={() => onChange({ kind: "add", path, node: { any: [fresh] } })}>
            {t("audience.addGroup")}
          </Button>
        ) : null}
      </div>
    </fieldset>
  );
}

function Remove({ onClick }: { onClick(): void }) {
  const { t } = useTranslation();
  return (
    <Button
      type="text"
      className={styles.remove ?? ""}
      icon={<CloseOutlined />}
      aria-label={t("audience.remove")}
      onClick={onClick}
    />
  );
}

function Not({ negated, onChange }: { negated: boolean; onChange(negated: boolean): void }) {
  const { t } = useTranslation();
  return (
    <Select
      aria-label={t("audience.negate")}
      className={styles.not ?? ""}
      value={negated ? "not" : "is"}
      onChange={(chosen) => onChange(chosen === "not")}
      options={[
        { value: "is", label: t("audience.holds") },
        { value: "not", label: t("audience.not") },
      ]}
    />
  );
}

function AtomRow({ atom, words, onChange }: { atom: Atom; words: Words; onChange(atom: Atom): void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const lack = lackOf(atom);
  const options = subjects(words, format, {
    traits: t("audience.traits"),
    events: t("audience.events"),
    more: t("audience.more"),
    percent: t("audience.percent"),
    audience: t("audience.other"),
    sequence: t("audience.sequence"),
    tag: t("tag.listTitle"),
  });
  return (
    <div className={styles.atom}>
      <Select
        aria-label={t("audience.subject")}
        className={styles.subject ?? ""}
        showSearch={{ optionFilterProp: "label" }}
        popupMatchSelectWidth={260}
        value={subjectOf(atom)}
        onChange={(subject: string) => onChange(newAtom(subject, words))}
        options={options}
      />
      <EditAtom atom={atom} words={words} onChange={onChange} />
      {lack ? (
        <span className={styles.lack} role="status">
          <ExclamationCircleOutlined aria-hidden="true" /> {t(`audience.lacks.${lack}`)}
        </span>
      ) : null}
    </div>
  );
}
