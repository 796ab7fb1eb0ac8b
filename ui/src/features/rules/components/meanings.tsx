/** What rules mean, a sentence each; new ones and those that would be true no more are marked by words. */
import { ExclamationCircleOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { Badge } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import styles from "./rules.module.css";

interface MeaningsProps {
  meanings: Views["RuleMeaning"][];
  come: Views["Text"][];
  gone: Views["Text"][];
}

export function Meanings({ meanings, come, gone }: MeaningsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const fresh = new Set(come.map(({ en }) => en));
  return (
    <ul className={styles.meanings} aria-live="polite">
      {meanings.map(({ said, careful }) => (
        <li key={said.en} data-careful={careful}>
          {careful ? <ExclamationCircleOutlined aria-label={t("rules.careful")} /> : null}
          <span className={styles.sentence}>{format.say(said)}</span>
          {fresh.has(said.en) ? <Badge tone="good">{t("rules.fresh")}</Badge> : null}
        </li>
      ))}
      {gone.map((said) => (
        <li key={said.en} className={styles.gone}>
          <del>{format.say(said)}</del>
        </li>
      ))}
    </ul>
  );
}
