/** What is open of one kind, by stage; where nothing is, how it comes to be. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { EmptyNote } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";
import { relateOptions, workOptions } from "../api/work";
import { StageBoard } from "./stage-board";
import { WorkDrawer } from "./work-drawer";
import { WorkNav } from "./work-nav";

export function OpenBoard({ kind }: { kind: "lead" | "deal" }) {
  const { t } = useTranslation();
  const relate = useQuery(relateOptions());
  const open = useQuery(workOptions({ kind, state: "open" }));
  return (
    <>
      <WorkNav />
      <Card>
        <Shown query={relate} lines={6}>
          {({ lead_stages, deal_stages }) => (
            <Shown query={open} lines={6}>
              {({ works }) =>
                works.length > 0 ? (
                  <StageBoard works={works} stages={kind === "lead" ? lead_stages : deal_stages} />
                ) : (
                  <EmptyNote title={t(`work.none.${kind}`)}>
                    <p>{t(`work.noneHow.${kind}`)}</p>
                  </EmptyNote>
                )
              }
            </Shown>
          )}
        </Shown>
      </Card>
      <WorkDrawer />
    </>
  );
}
