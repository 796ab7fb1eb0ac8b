/** Pairs of people who may be one, for somebody to judge one by one. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { EmptyNote } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { ErrorNote, Shown } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import {
  findSuggestions,
  judgePair,
  SUGGESTIONS_KEY,
  type SuggestedPair,
  type Suggestions,
  suggestionsOptions,
} from "../api/identity";
import styles from "./identity.module.css";

export function Alike() {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const shown = useQuery(suggestionsOptions());
  const keep = (found: Suggestions) => {
    queries.setQueryData(SUGGESTIONS_KEY, found);
  };
  const find = useMutation({ mutationFn: findSuggestions, onSuccess: keep });
  const judge = useMutation({
    mutationFn: ({ pair, same }: { pair: SuggestedPair; same: boolean }) => judgePair(pair, same),
    onSuccess: keep,
  });
  const failed = find.error ?? judge.error;
  return (
    <Card>
      <Shown query={shown} lines={6}>
        {({ found_at, compared, people, pairs }) => (
          <>
            <p className={styles.lead}>
              <span>
                {found_at
                  ? t("identity.searched", {
                      date: format.day(found_at),
                      compared: format.people(compared),
                      people: format.people(people),
                    })
                  : t("identity.neverSearched")}
              </span>
              <Button onClick={() => find.mutate()} loading={find.isPending}>
                {t(found_at ? "identity.searchAgain" : "identity.search")}
              </Button>
            </p>
            {failed ? <ErrorNote error={failed} /> : null}
            {pairs.length > 0 ? (
              <ul className={styles.pairs}>
                {pairs.map((pair) => (
                  <Pair
                    key={`${pair.first.profile_id} ${pair.second.profile_id}`}
                    pair={pair}
                    busy={judge.isPending}
                    judge={(same) => judge.mutate({ pair, same })}
                  />
                ))}
              </ul>
            ) : null}
            {found_at && pairs.length === 0 ? <EmptyNote title={t("identity.none")} /> : null}
          </>
        )}
      </Shown>
    </Card>
  );
}

interface PairProps {
  pair: SuggestedPair;
  busy: boolean;
  judge(same: boolean): void;
}

function Pair({ pair, busy, judge }: PairProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li>
      <div>
        <p className={styles.people}>
          {[pair.first, pair.second].map((person) => (
            <Link key={person.profile_id} to={`/people/${person.profile_id}`}>
              {person.identifier && person.identifier !== person.name
                ? `${person.name} ${person.identifier}`
                : person.name}
            </Link>
          ))}
        </p>
        <p className={styles.why}>
          {t("identity.outOfTen", { of: Math.floor(pair.probability * 10) })} · {format.say(pair.evidence)}
        </p>
      </div>
      <div className={styles.judge}>
        <Button size="small" type="primary" disabled={busy} onClick={() => judge(true)}>
          {t("identity.same")}
        </Button>
        <Button size="small" disabled={busy} onClick={() => judge(false)}>
          {t("identity.different")}
        </Button>
      </div>
    </li>
  );
}
