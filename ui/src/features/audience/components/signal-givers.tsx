/** Who gives a signal now, or would by a draft of it: how many, and of some the events behind it. */
import type { UseQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Views } from "@/shared/api/client";
import { Shown } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import styles from "./signal-list.module.css";

export function SignalGivers({ preview }: { preview: UseQueryResult<Views["SignalPreview"]> }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <section className={styles.found} aria-live="polite">
      <Shown query={preview} lines={6}>
        {({ count, of, sentence, people }) => (
          <>
            <h3>
              {count === 0
                ? t("signal.nobody")
                : t("signal.of", {
                    people: format.people(count),
                    share: format.percent(of ? count / of : 0),
                  })}
            </h3>
            <p className={styles.said}>{t("signal.sentence", { sentence: format.say(sentence) })}</p>
            {people.length > 0 && people.length < count ? (
              <p className={styles.said}>{t("signal.some", { count: people.length })}</p>
            ) : null}
            <ul className={styles.people}>
              {people.map(({ person, evidence }) => (
                <li key={person.profile_id}>
                  <Link to={`/people/${person.profile_id}`}>
                    <bdi>{person.name}</bdi>
                  </Link>{" "}
                  {person.identifier}
                  <ul className={styles.events}>
                    {evidence.length === 0 ? <li>{t("signal.noEvents")}</li> : null}
                    {evidence.map((each, place) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: two events may be alike in everything that is said of them
                      <li key={`${each.at}|${place}`}>
                        {format.say(each.label)} · {format.moment(each.at)}
                      </li>
                    ))}
                  </ul>
                </li>
              ))}
            </ul>
          </>
        )}
      </Shown>
    </section>
  );
}
