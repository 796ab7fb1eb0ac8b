/** What lies between two versions, step by step in words; a word for each, never the colour alone. */
import { useTranslation } from "react-i18next";
import type { Telling } from "../editor";
import type { Difference } from "../model/difference";
import { type Draft, stepOf } from "../model/draft";
import styles from "./journey-editor.module.css";

interface ChangesShownProps {
  between: Difference;
  before: Draft;
  after: Draft;
  tell: Telling;
}

export function ChangesShown({ between, before, after, tell }: ChangesShownProps) {
  const { t, i18n } = useTranslation();
  const steps = (draft: Draft, ids: readonly string[]) =>
    ids.map((id) => {
      const step = stepOf(draft, id);
      return step ? tell.step(step) : id;
    });
  const groups = {
    added: steps(after, between.added),
    changed: steps(after, between.changed),
    removed: steps(before, between.removed),
    settings: between.settings.map((name) =>
      i18n.exists(`journey.settingNames.${name}`)
        ? t(`journey.settingNames.${name}` as "journey.settingNames.name")
        : name,
    ),
  };
  return (
    <dl className={styles.changes}>
      {(["added", "changed", "removed", "settings"] as const).map((name) =>
        groups[name].length > 0 ? (
          <div key={name} data-change={name}>
            <dt>{t(`journey.changes.${name}`)}</dt>
            {groups[name].map((said, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two steps may say the same.
              <dd key={place}>{said}</dd>
            ))}
          </div>
        ) : null,
      )}
    </dl>
  );
}
