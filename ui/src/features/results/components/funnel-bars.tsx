/** How far people come: a bar a step, what is lost between them, and each number a link to its people. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Views } from "@/shared/api/client";
import { Badge } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import type { Funnel, Vocabulary } from "../api/results";
import styles from "./results.module.css";
import tables from "./tables.module.css";
import { useDuration } from "./use-duration";

interface FunnelBarsProps {
  funnel: Funnel;
  vocabulary: Vocabulary;
  /** The address of the people behind a number. */
  to(step: number, lost: boolean, group?: number): string;
}

export function FunnelBars({ funnel, vocabulary, to }: FunnelBarsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const duration = useDuration();
  const name = useEventName(vocabulary);
  return (
    <Card title={format.say(funnel.sentence)}>
      <ol className={styles.bars}>
        {funnel.steps.map((step, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same event may be two steps.
          <li key={place}>
            <Link to={{ search: to(place, false) }} preventScrollReset className={styles.bar}>
              <span className={styles.barName}>
                {funnel.ordered
                  ? `${place + 1}. ${name(step.event)}`
                  : t("results.funnel.ofSteps", { count: place + 1, steps: funnel.steps.length })}
              </span>
              <span className={styles.barNumber}>
                {format.people(step.people)}
                <span className={styles.share}>{format.percent(step.share_of_first)}</span>
              </span>
              <span className={styles.track} aria-hidden="true">
                <span className={styles.fill} style={{ width: `${100 * step.share_of_first}%` }} />
              </span>
            </Link>
            {place < funnel.steps.length - 1 ? (
              <p className={styles.between} data-worst={funnel.worst === place}>
                <Link to={{ search: to(place, true) }} preventScrollReset>
                  {t("results.funnel.lost", { people: format.people(step.lost) })}
                </Link>
                {step.people > 0 ? <span>{format.percent(step.lost / step.people)}</span> : null}
                {step.open > 0 ? (
                  <span>{t("results.funnel.open", { people: format.people(step.open) })}</span>
                ) : null}
                <Took step={funnel.steps[place + 1]} duration={duration} />
                {funnel.worst === place ? <Badge tone="decide">{t("results.funnel.worst")}</Badge> : null}
              </p>
            ) : null}
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Took({ step, duration }: { step: Views["FunnelStep"] | undefined; duration(s: number): string }) {
  const { t } = useTranslation();
  const [, half, , most] = step?.seconds ?? [];
  if (half === undefined || most === undefined) return null;
  return <span>{t("results.funnel.took", { half: duration(half), most: duration(most) })}</span>;
}

export function FunnelGroups({ funnel, vocabulary, to }: FunnelBarsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const name = useEventName(vocabulary);
  if (funnel.groups.length === 0) return null;
  const called = (group: Views["FunnelGroupView"]) =>
    group.group.name ? format.say(group.group.name) : group.group.value;
  return (
    <Card title={funnel.told ? format.say(funnel.told) : t("results.group")}>
      {funnel.behind.length > 0 ? (
        <ul className={styles.behind}>
          {funnel.behind.map((each) => (
            <li key={each.place}>
              {format.say(each.sentence)}{" "}
              <Link to={{ search: to(each.step, true, each.place) }} preventScrollReset>
                {t("results.funnel.lostHere")}
              </Link>
            </li>
          ))}
        </ul>
      ) : null}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keyboard. */}
      <div className={tables.scroll} tabIndex={0}>
        <table className={tables.table}>
          <caption className="only-read">{t("results.group")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("results.group")}</th>
              {funnel.steps.map((step, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the same event may be two steps.
                <th key={place} scope="col">
                  {funnel.ordered ? name(step.event) : t("results.funnel.nSteps", { count: place + 1 })}
                </th>
              ))}
              <th scope="col">{t("results.funnel.through")}</th>
            </tr>
          </thead>
          <tbody>
            {funnel.groups.map((group) => (
              <tr key={group.place}>
                <th scope="row">{called(group)}</th>
                {group.people.map((people, place) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: steps keep their places.
                  <td key={place}>
                    <Link to={{ search: to(place, false, group.place) }} preventScrollReset>
                      {format.people(people)}
                    </Link>
                  </td>
                ))}
                <td>{format.percent(group.share)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

/** What an event is called; one that nobody named bears its own name. */
export function useEventName(vocabulary: Vocabulary) {
  const format = useFormat();
  return (event: string) => {
    const known = vocabulary.events.find((each) => each.event === event);
    return known ? format.say(known.name) : event;
  };
}
