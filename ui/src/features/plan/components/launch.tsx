/** The one button of a plan: says what will happen to whom before it does. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { errorWords } from "@/shared/words/errors";
import { useLanguage } from "@/shared/words/language";
import { useFormat } from "@/shared/words/use-format";
import { launchPlan, type Plan } from "../api/plans";

export function Launch({ plan, onLaunched }: { plan: Plan; onLaunched(campaignId: string): void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useLanguage();
  const { modal } = App.useApp();
  const queries = useQueryClient();
  const launch = useMutation({
    mutationFn: () => launchPlan(plan.plan_id),
    onSuccess: async ({ campaign_id }) => {
      await queries.invalidateQueries();
      onLaunched(campaign_id);
    },
    onError: (error) => {
      const words = errorWords(error, language, t("common.unknownError"));
      modal.error({ title: words.what, content: words.next, okText: t("common.close") });
    },
  });
  const blocked = plan.missing.some((missing) => missing.blocks_launch);
  const ask = () =>
    modal.confirm({
      title: t("plan.launchTitle"),
      content: t("plan.launchBody", {
        eligible: format.people(plan.eligible - (plan.holdout?.people ?? 0)),
        held: format.people(plan.holdout?.people ?? 0),
        cost: format.money(plan.cost),
      }),
      icon: null,
      okText: t("plan.launch"),
      cancelText: t("common.notYet"),
      onOk: () => launch.mutateAsync().catch(() => undefined),
    });
  return (
    <Button type="primary" size="large" onClick={ask} disabled={blocked} loading={launch.isPending}>
      {t("plan.launch")}
    </Button>
  );
}

export function MissingList({ missing }: { missing: Plan["missing"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ul>
      {missing.map((item) => (
        <li key={item.label.en}>
          {format.say(item.label)} — {t("plan.leadDays", { count: item.lead_days })}
        </li>
      ))}
    </ul>
  );
}
