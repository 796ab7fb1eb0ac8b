/** Lets one person, or a group, walk through the journey as it stands here: a panel beside the canvas. */
import { useQuery } from "@tanstack/react-query";
import { Segmented } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSettled } from "@/shared/use-settled";
import { groupTrialOptions, type Happens, trialOptions } from "../api/trials";
import { type Counted, type Trail, useEditor } from "../editor";
import { groupCountsOf, groupTrailOf, trailOf } from "../model/trail";
import drawer from "./drawer.module.css";
import { TrialAssumed } from "./trial-assumed";
import { TrialGroup } from "./trial-group";
import { TrialPerson } from "./trial-person";

const PAUSE_MS = 600;
const OF_ITSELF = ["audience", "schedule", "campaign"]; // Triggers that name a group.

export interface Tried {
  trail: Trail;
  counts: ReadonlyMap<string, Counted> | null;
}

interface TrialPanelProps {
  journeyId: string;
  /** Whether what stands here is published just so. */
  published: boolean;
  onTried(tried: Tried | null): void;
}

export function TrialPanel({ journeyId, published, onTried }: TrialPanelProps) {
  const { t } = useTranslation();
  const { draft, parts } = useEditor();
  const settled = useSettled(draft, PAUSE_MS);
  const [who, setWho] = useState<"person" | "group">("person");
  const [person, setPerson] = useState("");
  const [audience, setAudience] = useState("");
  const [anew, setAnew] = useState(false);
  const [happens, setHappens] = useState<readonly Happens[]>([]);
  const asked = { journeyId, body: published ? null : settled, fresh: anew || !published };
  const named = OF_ITSELF.includes(draft.trigger.on) || Boolean(draft.trigger.audience);
  const one = useQuery({
    ...trialOptions(asked, person, happens),
    enabled: who === "person" && person !== "",
  });
  const all = useQuery(groupTrialOptions(asked, audience, who === "group" && (named || audience !== "")));
  const tried = useMemo((): Tried | null => {
    if (who === "person") {
      const trail = one.data ? trailOf(settled, one.data.steps, !one.data.standing) : null;
      return trail && { trail, counts: null };
    }
    if (!all.data) return null;
    return {
      trail: groupTrailOf(settled, all.data.nodes, all.data.entered),
      counts: groupCountsOf(all.data.nodes),
    };
  }, [who, settled, one.data, all.data]);
  useEffect(() => onTried(tried), [tried, onTried]);
  useEffect(() => () => onTried(null), [onTried]);
  return (
    <div className={drawer.form}>
      <p className={drawer.hint}>{t("trial.lead")}</p>
      <Segmented
        block
        aria-label={t("trial.who")}
        value={who}
        onChange={setWho}
        options={(["person", "group"] as const).map((value) => ({ value, label: t(`trial.whom.${value}`) }))}
      />
      {who === "person" ? (
        <>
          <parts.Person person={person} onPerson={setPerson} />
          <TrialAssumed happens={happens} onHappens={setHappens} />
          {person === "" ? null : <TrialPerson query={one} onAnew={anew ? null : () => setAnew(true)} />}
        </>
      ) : (
        <TrialGroup query={all} named={named} audience={audience} onAudience={setAudience} />
      )}
    </div>
  );
}
