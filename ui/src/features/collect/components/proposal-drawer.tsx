/** A plan made of what was seen: looked at, then taken over as a whole; nothing is blocked by it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { EmptyNote } from "@/shared/parts/note";
import { ErrorNote, Shown } from "@/shared/parts/shown";
import { SideDrawer } from "@/shared/parts/side-drawer";
import { proposalOptions, publish } from "../api/data";
import type { Plan } from "../model/plan";
import styles from "./data.module.css";

export function ProposalDrawer({ open, onClose }: { open: boolean; onClose(): void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const proposal = useQuery({ ...proposalOptions(), enabled: open });
  const take = useMutation({
    mutationFn: ({ id, body }: { id: string; body: Record<string, unknown> }) =>
      publish("tracking_plan", id, body),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["data"] });
      void message.success(t("data.planSaved"));
      onClose();
    },
  });
  return (
    <SideDrawer open={open} onClose={onClose} title={t("data.proposal")} side="right">
      <Shown query={proposal} lines={8}>
        {({ plan_id, body, added }) =>
          added.length === 0 ? (
            <EmptyNote title={t("data.nothingToPropose")} />
          ) : (
            <div className={styles.form}>
              <p className={styles.quiet}>{t("data.proposalMeans")}</p>
              <Rules plan={body as unknown as Plan} added={added} />
              {take.isError ? <ErrorNote error={take.error} /> : null}
              <div className={styles.buttons}>
                <Button
                  type="primary"
                  loading={take.isPending}
                  onClick={() => take.mutate({ id: plan_id, body: body as Record<string, unknown> })}
                >
                  {t("data.takeProposal", { count: added.length })}
                </Button>
              </div>
            </div>
          )
        }
      </Shown>
    </SideDrawer>
  );
}

function Rules({ plan, added }: { plan: Plan; added: string[] }) {
  const { t } = useTranslation();
  return (
    <ul className={styles.sources}>
      {added.map((event) => {
        const rules = Object.entries(plan.events[event]?.properties ?? {});
        return (
          <li key={event} className={styles.group}>
            <strong>{event}</strong>
            {rules.length === 0 ? (
              <span className={styles.under}>{t("data.nameOnly")}</span>
            ) : (
              <ul className={styles.tallies}>
                {rules.map(([name, rule]) => (
                  <li key={name}>
                    {name} · {t(`data.type.${rule.type ?? "any"}`)}
                    {rule.required ? ` · ${t("data.must")}` : ""}
                  </li>
                ))}
              </ul>
            )}
          </li>
        );
      })}
    </ul>
  );
}
