/** Where the metric is lost and for whom: a sentence a group, each with the people behind it. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Views } from "@/shared/api/client";
import { useFormat } from "@/shared/words/use-format";
import styles from "./diagnosis.module.css";

const KINDS = ["fell", "below_rest"] as const;

export function Diagnosis({ found }: { found: Views["Diagnosis"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const groups = KINDS.map((kind) => ({ kind, parts: found.parts.filter((part) => part.kind === kind) }));
  return (
    <section className={styles.diagnosis} aria-label={t("diagnosis.title")}>
      <h3>{t("diagnosis.title")}</h3>
      <p>{format.say(found.sentence)}</p>
      {groups.map(({ kind, parts }) =>
        parts.length === 0 ? null : (
          <div key={kind}>
            <h4>{t(`diagnosis.${kind}`)}</h4>
            <ul className={styles.parts}>
              {parts.map((part) => (
                <li key={part.name.en}>
                  {format.say(part.sentence)}{" "}
                  <Link to={peopleOf(part, format.say(part.name))}>
                    {t("diagnosis.people", { people: format.people(part.people) })}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        ),
      )}
      {found.steps.length > 1 ? <Steps steps={found.steps} /> : null}
      <p className={styles.looked}>{t("diagnosis.looked", { count: found.looked })}</p>
    </section>
  );
}

function Steps({ steps }: { steps: Views["DiagnosisStep"][] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <h4>{t("diagnosis.steps")}</h4>
      <dl className={styles.steps}>
        {steps.map((step) => (
          <div key={step.name.en}>
            <dt>{format.say(step.name)}</dt>
            <dd>
              {t("diagnosis.step", { before: format.percent(step.before), now: format.percent(step.now) })}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** A new audience that begins as these people; nothing is saved by looking. */
function peopleOf(part: Views["DiagnosisPart"], name: string): string {
  return `/audiences/new?${new URLSearchParams({ name, where: JSON.stringify(part.where) })}`;
}
