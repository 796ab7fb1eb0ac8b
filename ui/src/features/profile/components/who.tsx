/** Who this is: audiences, what we know, what was allowed. */
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Views } from "@/shared/api/client";
import { Facts } from "@/shared/parts/facts";
import { Badge, type Tone } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import type { Format } from "@/shared/words/format";
import { useFormat } from "@/shared/words/use-format";
import { useNames } from "@/shared/words/use-names";
import type { Profile } from "../api/profiles";
import styles from "./person.module.css";

export function Who({ profile }: { profile: Profile }) {
  const { t } = useTranslation();
  if (profile.audiences.length === 0) return null;
  return (
    <Card title={t("person.audiences")}>
      <p className={styles.audiences}>
        {profile.audiences.map((audience) => (
          <Link key={audience.audience_id} to={`/audiences/${audience.audience_id}`}>
            {audience.name}
          </Link>
        ))}
      </p>
    </Card>
  );
}

export function Signals({ profile }: { profile: Profile }) {
  const { t } = useTranslation();
  const format = useFormat();
  const signals = profile.signals ?? [];
  if (signals.length === 0) return null;
  return (
    <Card title={t("person.signals")}>
      <Facts
        facts={signals.map((signal) => ({
          name: signal.name,
          value: format.percent(signal.strength, 0),
          under: [
            t("person.since", { date: format.day(signal.since) }),
            format.say(signal.sentence),
            ...signal.evidence.slice(0, 5).map((each) => `${format.say(each.label)} ${format.day(each.at)}`),
          ].join(" · "),
        }))}
      />
    </Card>
  );
}

export function Known({ profile }: { profile: Profile }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (profile.traits.length === 0) return null;
  return (
    <Card title={t("person.known")}>
      <Facts
        facts={profile.traits.map((trait) => ({
          name: format.say(trait.name),
          value: (
            <span title={trait.words && typeof trait.value === "string" ? trait.value : undefined}>
              {traitValue(trait, format, t)}
            </span>
          ),
          ...(trait.how ? { under: format.say(trait.how) } : {}),
        }))}
      />
    </Card>
  );
}

/** An instant as it is stored; people read it as a day and an hour. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

function traitValue(trait: Views["Trait"], format: Format, t: TFunction): string {
  if (trait.words) return format.say(trait.words);
  const { value, unit } = trait;
  if (value === null) return "—";
  if (typeof value === "boolean") return t(value ? "audience.yes" : "audience.no");
  if (typeof value === "string" && INSTANT.test(value)) return format.full(value);
  if (unit === "fen") return typeof value === "string" ? value : format.money(value);
  const said = typeof value === "string" ? value : format.number(value);
  if (unit === "days") return t("person.inDays", { days: said });
  return unit === "times" ? t("person.inTimes", { times: said }) : said;
}

const consentTone: Record<Views["Consent"]["status"], Tone> = {
  granted: "good",
  denied: "harm",
  withdrawn: "harm",
};

export function Consents({ profile }: { profile: Profile }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  return (
    <Card title={t("person.consents")}>
      {profile.consents.length === 0 ? <p className={styles.quiet}>{t("person.noConsent")}</p> : null}
      <ul className={styles.consents}>
        {profile.consents.map((consent) => (
          <li key={`${consent.channel}|${consent.purpose}|${consent.topic}`}>
            <span className={styles.what}>
              {names.channel(consent.channel)} · {t(`person.purpose.${consent.purpose}`)}
              {consent.topic ? ` · ${consent.topic}` : ""}
            </span>
            <Badge tone={consentTone[consent.status]}>{t(`person.consent.${consent.status}`)}</Badge>
            <span className={styles.quiet}>
              {[
                consent.given ? format.say(consent.given) : consent.source,
                consent.text_version,
                format.day(consent.at),
              ]
                .filter(Boolean)
                .join(" · ")}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
