/** People behind a number: each name leads to the person's page; more come on request. */
import { Button } from "antd";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Views } from "@/shared/api/client";
import { useFormat } from "@/shared/words/use-format";
import styles from "./people-table.module.css";

interface PeopleTableProps {
  people: Views["PersonRow"][];
  caption: string;
  /** Asks for the next page; absent when all are shown. */
  more?: (() => void) | undefined;
  loadingMore?: boolean;
  /** Appended to each person's address, for example the campaign to explain. */
  search?: string;
}

export function PeopleTable({ people, caption, more, loadingMore = false, search = "" }: PeopleTableProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const notes = people.some((person) => person.note);
  const told = notes || people.some((person) => person.last_seen_at); // A column of dashes tells nothing.
  return (
    <>
      <table className={styles.people}>
        <caption className="only-read">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{t("people.name")}</th>
            {told ? <th scope="col">{notes ? t("people.why") : t("people.lastSeen")}</th> : null}
          </tr>
        </thead>
        <tbody>
          {people.map((person) => (
            <tr key={person.profile_id}>
              <th scope="row">
                <Link to={`/people/${encodeURIComponent(person.profile_id)}${search}`}>
                  <bdi>{person.name}</bdi>
                </Link>
                <span className={styles.under}>
                  {[person.identifier, person.city].filter(Boolean).map((each, place) => (
                    <Fragment key={each}>
                      {place > 0 ? " · " : null}
                      <bdi>{each}</bdi>
                    </Fragment>
                  ))}
                </span>
              </th>
              {told ? (
                <td>
                  {person.note
                    ? format.say(person.note)
                    : person.last_seen_at
                      ? format.moment(person.last_seen_at)
                      : "—"}
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
      {more ? (
        <Button onClick={more} loading={loadingMore} className={styles.more ?? ""}>
          {t("people.more")}
        </Button>
      ) : null}
    </>
  );
}
