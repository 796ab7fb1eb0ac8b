/** One person, as a story in one column: who, what is known and allowed, what we sent and did not, what happened. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { sessionOptions } from "@/features/account/api/account";
import { profileOptions } from "@/features/profile/api/profiles";
import { Identity } from "@/features/profile/components/identity";
import { Membership } from "@/features/profile/components/membership";
import { Messages } from "@/features/profile/components/messages";
import { OwnData } from "@/features/profile/components/own-data";
import { Reveal } from "@/features/profile/components/reveal";
import { Tags } from "@/features/profile/components/tags";
import { Timeline } from "@/features/profile/components/timeline";
import { Consents, Known, Signals, Who } from "@/features/profile/components/who";
import { WhyDrawer } from "@/features/profile/components/why-drawer";
import { PersonWork } from "@/features/relate/components/person-work";
import { Card, Page } from "@/shared/parts/page";
import { Waiting } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import styles from "./person.module.css";

/** The use case, as the session names it. */
const REVEAL = "profile.reveal";

export function PersonPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const { profileId = "" } = useParams();
  const mayReveal = useQuery(sessionOptions).data?.may.includes(REVEAL) ?? false;
  const profile = useQuery(profileOptions(profileId));
  if (!profile.data) {
    return (
      <Page title={t("person.title")}>
        <Card>
          <Waiting query={profile} lines={10} />
        </Card>
      </Page>
    );
  }
  const person = profile.data;
  return (
    <Page
      title={person.name}
      lead={format.say(person.sentence)}
      action={mayReveal ? <Reveal profileId={person.profile_id} /> : null}
    >
      <div className={styles.story}>
        <Identity profileId={person.profile_id} />
        <Who profile={person} />
        <Signals profile={person} />
        <PersonWork profileId={person.profile_id} />
        <Membership profile={person} />
        <Tags profile={person} />
        <Known profile={person} />
        <Messages profile={person} />
        <Consents profile={person} />
        <Timeline profile={person} />
        <OwnData profileId={person.profile_id} name={person.name} />
      </div>
      <WhyDrawer profileId={profileId} name={person.name} />
    </Page>
  );
}
