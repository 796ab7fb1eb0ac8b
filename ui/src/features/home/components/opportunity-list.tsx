/** The first three opportunities as cards, the others on request; above them all at once, everybody counted once. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered } from "@/shared/api/answer";
import { api } from "@/shared/api/client";
import { EmptyNote } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { ErrorNote } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { type Opportunities, type Opportunity, opportunitiesOptions } from "../api/home";
import styles from "./home.module.css";
import { OpportunityCard } from "./opportunity-card";
import { OpportunityDrawer } from "./opportunity-drawer";

const FIRST = 3;

export function OpportunityList({ found }: { found: Opportunities }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [all, setAll] = useState(false);
  const [opened, setOpened] = useState<Opportunity | null>(null);
  const rest = found.opportunities.length - FIRST;
  const shown = all ? found.opportunities : found.opportunities.slice(0, FIRST);
  return (
    <Card title={t("home.opportunities")} aside={<Again found={found} />}>
      {shown.length === 0 ? (
        <EmptyNote title={format.say(found.sentence)} />
      ) : (
        <>
          <p className={styles.lead}>{format.say(found.sentence)}</p>
          <ul className={styles.opportunities}>
            {shown.map((each) => (
              <OpportunityCard
                key={each.opportunity_id}
                opportunity={each}
                money={found.money}
                onOpen={() => setOpened(each)}
              />
            ))}
          </ul>
          {rest > 0 ? (
            <Button type="link" className={styles.more ?? ""} onClick={() => setAll(!all)}>
              {all ? t("home.fewer") : t("home.others", { count: rest })}
            </Button>
          ) : null}
        </>
      )}
      <OpportunityDrawer opportunity={opened} onClose={() => setOpened(null)} />
    </Card>
  );
}

function Again({ found }: { found: Opportunities }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const again = useMutation({
    mutationFn: () => answered(api.POST("/api/opportunities")),
    onSuccess: (next) => queries.setQueryData(opportunitiesOptions().queryKey, next),
  });
  return (
    <span className={styles.soft}>
      {t("home.scanned", { at: format.moment(found.scanned_at) })}{" "}
      <Button type="link" size="small" loading={again.isPending} onClick={() => again.mutate()}>
        {t("home.again")}
      </Button>
      {again.isError ? <ErrorNote error={again.error} /> : null}
    </span>
  );
}
