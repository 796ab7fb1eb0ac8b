/** "Why did she not get it?": one sentence, then every gate in its order. The campaign is in the address. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import type { Views } from "@/shared/api/client";
import { marks, Note, type Tone } from "@/shared/parts/note";
import { Shown } from "@/shared/parts/shown";
import { SideDrawer } from "@/shared/parts/side-drawer";
import { useFormat } from "@/shared/words/use-format";
import { whyOptions } from "../api/profiles";
import styles from "./person.module.css";

export function WhyDrawer({ profileId, name }: { profileId: string; name: string }) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const campaignId = search.get("campaign") ?? "";
  const why = useQuery(whyOptions(profileId, campaignId));
  return (
    <SideDrawer
      open={campaignId !== ""}
      onClose={() => setSearch({}, { preventScrollReset: true })}
      title={t("person.whyTitle", { name })}
      side="right"
    >
      {campaignId === "" ? null : (
        <Shown query={why} lines={8}>
          {(answer) => <Explanation why={answer} />}
        </Shown>
      )}
    </SideDrawer>
  );
}

function Explanation({ why }: { why: Views["Why"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className={styles.why}>
      <Note tone={why.sent ? "good" : "plain"} title={format.say(why.sentence)}>
        <p>
          <Link to={`/campaigns/${why.campaign_id}`}>{why.goal}</Link>
          {why.decided_at ? ` · ${format.moment(why.decided_at)}` : ""}
        </p>
      </Note>
      {why.action ? <p>{t("person.chosen", { action: format.say(why.action) })}</p> : null}
      {why.steps.length > 0 ? <h3>{t("person.gates")}</h3> : null}
      <ol className={styles.gates}>
        {why.steps.map((step) => (
          <li key={step.gate} data-passed={String(step.passed)}>
            <span aria-hidden="true" className={styles.mark}>
              {marks[gateTone(step.passed)]}
            </span>
            <span>
              <strong>{format.say(step.label)}</strong>
              <span className={styles.verdict}>{t(gateWord(step.passed))}</span>
              {step.detail ? <span className={styles.detail}>{format.say(step.detail)}</span> : null}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function gateTone(passed: boolean | null): Tone {
  if (passed === null) return "plain";
  return passed ? "good" : "harm";
}

function gateWord(passed: boolean | null) {
  if (passed === null) return "person.notAsked" as const;
  return passed ? ("person.passed" as const) : ("person.stopped" as const);
}
