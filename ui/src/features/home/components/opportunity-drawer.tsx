/** The people of an opportunity: how they are told apart, ten of them, and the way to keep them as an audience. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { PeopleTable } from "@/shared/parts/people-table";
import { ErrorNote, Shown } from "@/shared/parts/shown";
import { SideDrawer } from "@/shared/parts/side-drawer";
import { useFormat } from "@/shared/words/use-format";
import { type Opportunity, peopleOptions, saveAsAudience } from "../api/home";
import styles from "./home.module.css";

interface DrawerProps {
  opportunity: Opportunity | null;
  onClose(): void;
}

export function OpportunityDrawer({ opportunity, onClose }: DrawerProps) {
  const format = useFormat();
  return (
    <SideDrawer
      open={opportunity !== null}
      title={opportunity ? format.say(opportunity.name) : ""}
      side="right"
      onClose={onClose}
    >
      {opportunity ? <People opportunity={opportunity} /> : null}
    </SideDrawer>
  );
}

function People({ opportunity }: { opportunity: Opportunity }) {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const people = useQuery(peopleOptions(opportunity));
  const save = useMutation({
    mutationFn: () => saveAsAudience(format.say(opportunity.name), opportunity.definition),
    onSuccess: (made) => void navigate(`/audiences/${made.audience_id}`),
  });
  return (
    <Shown query={people} lines={10}>
      {(found) => (
        <div className={styles.drawer}>
          <p>{format.say(found.sentence)}</p>
          <p className={styles.soft}>
            {t("home.sample", { shown: found.sample.length, people: format.people(found.count) })}
          </p>
          <PeopleTable people={found.sample} caption={format.say(opportunity.name)} />
          {save.isError ? <ErrorNote error={save.error} /> : null}
          <Button loading={save.isPending} onClick={() => save.mutate()}>
            {t("home.saveAudience")}
          </Button>
        </div>
      )}
    </Shown>
  );
}
