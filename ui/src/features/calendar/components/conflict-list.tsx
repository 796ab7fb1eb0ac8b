/** What clashes, what to do about it, and the people behind it. */
import { useTranslation } from "react-i18next";
import { Note } from "@/shared/parts/note";
import { useFormat } from "@/shared/words/use-format";
import type { Conflict } from "../api/calendar";
import styles from "./load.module.css";

const SHOWN = 6;

interface ConflictListProps {
  conflicts: Conflict[];
  all?: boolean;
  onDay?(day: string): void;
  onPeople(conflict: Conflict): void;
}

export function ConflictList({ conflicts, all, onDay, onPeople }: ConflictListProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const shown = all ? conflicts : conflicts.slice(0, SHOWN);
  const day = (each: string) => format.date(`${each}T12:00:00`);
  return (
    <div className={styles.conflicts}>
      {shown.map((each) => (
        <Note
          key={`${each.kind}/${each.first}/${each.senders.join("/")}/${each.sentence.en}`}
          tone={each.harm ? "harm" : "plain"}
          title={
            <>
              {onDay ? (
                <button type="button" className={styles.when} onClick={() => onDay(each.first)}>
                  {each.first === each.last ? day(each.first) : `${day(each.first)} – ${day(each.last)}`}
                </button>
              ) : null}{" "}
              {format.say(each.sentence)}
            </>
          }
        >
          <p className={styles.nextStep}>
            {format.say(each.next)}
            {each.kind === "same_people" && each.senders.length === 2 ? (
              <button type="button" className={styles.when} onClick={() => onPeople(each)}>
                {t("calendar.seePeople", { count: each.people, people: format.people(each.people) })}
              </button>
            ) : null}
          </p>
        </Note>
      ))}
      {conflicts.length > shown.length ? (
        <p className={styles.soft}>
          {t("calendar.moreConflicts", { count: conflicts.length - shown.length })}
        </p>
      ) : null}
    </div>
  );
}
