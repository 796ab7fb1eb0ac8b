/** Signals to begin with: what each says, whether it is in use, and how many people give it now. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Badge } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import type { OwnSignal, SignalTemplate } from "../api/signals";
import styles from "./signal-list.module.css";

export function SignalList({ templates, own }: { templates: SignalTemplate[]; own: OwnSignal[] }) {
  return (
    <ul className={styles.list}>
      {own.map((each) => (
        <OwnLine key={each.id} signal={each} />
      ))}
      {templates.map((each) => (
        <SignalLine key={each.id} template={each} />
      ))}
    </ul>
  );
}

function OwnLine({ signal }: { signal: OwnSignal }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li>
      <div>
        <Link to={{ search: `?signal=${encodeURIComponent(signal.id)}` }} preventScrollReset>
          {signal.name}
        </Link>
        <span className={styles.said}>{format.say(signal.sentence)}</span>
      </div>
      <div className={styles.side}>
        <Badge tone="good">{t("signal.own")}</Badge>
        <span>{t("signal.now", { people: format.people(signal.people) })}</span>
      </div>
    </li>
  );
}

function SignalLine({ template }: { template: SignalTemplate }) {
  const { t } = useTranslation();
  const format = useFormat();
  const used = template.in_use;
  return (
    <li>
      <div>
        <Link to={{ search: `?signal=${encodeURIComponent(template.id)}` }} preventScrollReset>
          {format.say(template.name)}
        </Link>
        <span className={styles.said}>
          {format.say(used && template.words.length === 0 ? used.sentence : template.meaning)}
        </span>
      </div>
      <div className={styles.side}>
        <Badge tone={used ? "good" : "plain"}>{t(used ? "signal.inUse" : "signal.notYet")}</Badge>
        {used ? <span>{t("signal.now", { people: format.people(used.people) })}</span> : null}
      </div>
    </li>
  );
}
