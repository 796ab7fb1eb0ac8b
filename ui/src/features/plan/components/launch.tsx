/** The one button of a plan: says what will happen to whom before it does, and asks how people are started. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { errorWords } from "@/shared/words/errors";
import { useLanguage } from "@/shared/words/language";
import { useFormat } from "@/shared/words/use-format";
import { type LaunchTerms, launchPlan, type Plan } from "../api/plans";
import { LaunchForm } from "./launch-form";

interface LaunchProps {
  plan: Plan;
  terms: LaunchTerms;
  onTerms(terms: LaunchTerms): void;
  onLaunched(campaignId: string): void;
}

export function Launch({ plan, terms, onTerms, onLaunched }: LaunchProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useLanguage();
  const { modal } = App.useApp();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const launch = useMutation({
    mutationFn: () => launchPlan(plan.plan_id, terms),
    onSuccess: async ({ campaign_id }) => {
      setOpen(false);
      await queries.invalidateQueries();
      onLaunched(campaign_id);
    },
    onError: (error) => {
      const words = errorWords(error, language, t("common.unknownError"));
      modal.error({ title: words.what, content: words.next, okText: t("common.close") });
    },
  });
  const blocked = plan.missing.some((missing) => missing.blocks_launch);
  const single = Object.values(terms.variants).some((contents) => contents.length === 1);
  return (
    <>
      <Button type="primary" size="large" onClick={() => setOpen(true)} disabled={blocked}>
        {t("plan.launch")}
      </Button>
      <Modal
        open={open}
        title={t("plan.launchTitle")}
        okText={t("plan.launch")}
        okButtonProps={{ disabled: single }}
        cancelText={t("common.notYet")}
        confirmLoading={launch.isPending}
        onOk={() => launch.mutate()}
        onCancel={() => setOpen(false)}
      >
        {t("plan.launchBody", {
          eligible: format.people(plan.eligible - (plan.holdout?.people ?? 0)),
          held: format.people(plan.holdout?.people ?? 0),
          cost: format.money(plan.cost),
        })}
        <LaunchForm plan={plan} terms={terms} onChange={onTerms} />
      </Modal>
    </>
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
