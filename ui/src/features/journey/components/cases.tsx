/** The cases of a branch, asked one after the other: people go the way of the first that holds of them. */
import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Input } from "antd";
import { useTranslation } from "react-i18next";
import { useEditor } from "../editor";
import { condition } from "../model/field";
import { bringsProperties } from "../model/triggers";
import styles from "./drawer.module.css";
import { Filters } from "./filters";

interface Case {
  name?: string;
  when: unknown;
  entry?: Record<string, unknown>[];
  next: string;
}

const CASES_MAX = 10;

export function Cases({ cases, onChange }: { cases: unknown; onChange(cases: Case[]): void }) {
  const { t } = useTranslation();
  const { parts, draft } = useEditor();
  const all = cases as Case[];
  const replace = (at: number, one: Case) => onChange(all.map((each, index) => (index === at ? one : each)));
  return (
    <>
      <ol className={styles.cases}>
        {all.map((each, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: its name is what is being written.
          <li key={index}>
            <div className={styles.span}>
              <Input
                aria-label={t("step.caseName", { number: index + 1 })}
                placeholder={t("step.caseName", { number: index + 1 })}
                value={each.name ?? ""}
                maxLength={40}
                onChange={(event) => replace(index, { ...each, name: event.target.value })}
              />
              <Button
                type="text"
                icon={<CloseOutlined />}
                aria-label={t("step.removeCase")}
                disabled={all.length < 2}
                onClick={() => onChange(all.filter((_, at) => at !== index))}
              />
            </div>
            <parts.Tree tree={each.when} onChange={(when) => replace(index, condition({ ...each, when }))} />
            {bringsProperties(draft) ? (
              <fieldset className={styles.field}>
                <legend className={styles.title}>{t("step.fields.entry")}</legend>
                <Filters
                  filters={each.entry}
                  onChange={(entry) => replace(index, condition({ ...each, entry }))}
                />
              </fieldset>
            ) : null}
          </li>
        ))}
      </ol>
      <Button
        size="small"
        icon={<PlusOutlined />}
        disabled={all.length >= CASES_MAX}
        onClick={() => onChange([...all, { name: "", when: { all: [] }, next: all[0]?.next ?? "" }])}
      >
        {t("step.addCase")}
      </Button>
    </>
  );
}
