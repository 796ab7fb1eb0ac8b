/** Contents to compare for an action: folded away, as most launches go with the words of the plan. */
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import { Details } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import { useNames } from "@/shared/words/use-names";
import { contentsOptions, type LaunchTerms, type Plan } from "../api/plans";
import styles from "./launch-form.module.css";

const VARIANTS_MAX = 8;

interface CompareContentsProps {
  plan: Plan;
  terms: LaunchTerms;
  onChange(terms: LaunchTerms): void;
}

export function CompareContents({ plan, terms, onChange }: CompareContentsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const contents = useQuery(contentsOptions());
  const known = Object.entries(contents.data?.definitions ?? {})
    .map(([value, body]) => ({ value, label: String(body.name || body.subject || value) }))
    .sort((one, other) => one.label.localeCompare(other.label));
  const { spread, variants } = terms;
  if (known.length < 2) return null;
  const compare = (action: string, chosen: string[]) => {
    const { [action]: _, ...rest } = variants;
    onChange({ ...terms, variants: chosen.length > 0 ? { ...rest, [action]: chosen } : rest });
  };
  return (
    <Details summary={t("launch.compareTitle")}>
      <p className={styles.soft}>{t(spread || plan.waves ? "launch.compare" : "launch.compareAtOnce")}</p>
      <div className={styles.actions}>
        {plan.actions.map((action) => {
          const label = `${format.say(action.label)} · ${names.channel(action.channel)}`;
          return (
            <div key={action.id} className={styles.action}>
              <span>{label}</span>
              <Select
                aria-label={label}
                mode="multiple"
                maxCount={VARIANTS_MAX}
                placeholder={t("launch.asDrafted")}
                options={known}
                optionFilterProp="label"
                value={variants[action.id] ?? []}
                status={variants[action.id]?.length === 1 ? "warning" : ""}
                onChange={(chosen: string[]) => compare(action.id, chosen)}
              />
            </div>
          );
        })}
      </div>
    </Details>
  );
}
