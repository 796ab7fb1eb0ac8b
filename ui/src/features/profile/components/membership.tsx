/** Level and points: what this person has, what is missing to the next level, what runs out, and every line behind it. */
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { Facts } from "@/shared/parts/facts";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import type { Profile } from "../api/profiles";
import styles from "./membership.module.css";

export function Membership({ profile }: { profile: Profile }) {
  const { t } = useTranslation();
  const { level, next_level: next, points } = profile;
  if (!level && !next && !points) return null;
  return (
    <Card title={t("member.title")}>
      <Standing profile={profile} />
      {next ? <NextLevel next={next} /> : null}
      {points ? <Ledger account={points} /> : null}
    </Card>
  );
}

function Standing({ profile }: { profile: Profile }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { level, next_level: next, points } = profile;
  const behind = level?.evidence
    .slice(0, 3)
    .map((each) => `${format.say(each.label)} ${format.day(each.at)}`);
  const standing = {
    name: t("member.level"),
    value: level ? level.name : t("member.noLevel"),
    under: level
      ? [
          t("person.since", { date: format.day(level.since) }),
          level.benefits,
          next ? "" : t("member.top"),
          format.say(level.rule),
          behind && behind.length > 0 ? `${t("member.behind")} ${behind.join(", ")}` : "",
        ]
          .filter(Boolean)
          .join(" · ")
      : undefined,
  };
  const balance = points
    ? [
        {
          name: t("member.balance"),
          value: format.people(points.balance),
          under: points.expiring.length === 0 ? t("member.neverExpires") : undefined,
        },
        ...points.expiring.map((each) => ({
          name: t("member.expires", { date: format.day(each.at) }),
          value: format.people(each.points),
        })),
      ]
    : [];
  return <Facts facts={level || next ? [standing, ...balance] : balance} />;
}

function NextLevel({ next }: { next: Views["NextLevel"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className={styles.next}>
      <h3>{t("member.next", { name: next.name })}</h3>
      {next.benefits ? <span className={styles.quiet}>{next.benefits}</span> : null}
      {next.any_of ? <span className={styles.quiet}>{t("member.anyOf")}</span> : null}
      <ul className={styles.lacks}>
        {next.lacks.map((lack) => (
          <li key={lack.sentence.en}>
            {format.say(lack.sentence)}
            <Lack lack={lack} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Lack({ lack }: { lack: Views["LevelLack"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (lack.has === null || lack.needs === null) return null;
  const share = Math.max(0, Math.min(1, lack.has / lack.needs));
  return (
    <>
      <span className={styles.quiet}>
        {t("member.short", {
          has: format.number(lack.has),
          short: format.number(lack.needs - lack.has),
        })}
      </span>
      <span className={styles.bar} aria-hidden="true">
        <span style={{ width: `${share * 100}%` }} />
      </span>
    </>
  );
}

function Ledger({ account }: { account: Views["PointsAccount"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className={styles.ledger}>
      <h3>{t("member.ledger")}</h3>
      <ol className={styles.lines}>
        {account.changes.map((line, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two lines may be alike in everything that is said of them
          <li key={`${line.at}|${place}`} data-refused={line.refused}>
            <span>
              {format.say(line.kind)}
              <span className={styles.quiet}>
                {[line.refused ? t("member.refused") : "", line.reason, format.full(line.at)]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </span>
            <span className={styles.points}>{format.people(line.points)}</span>
            <span className={styles.left}>{t("member.left", { balance: format.people(line.balance) })}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
