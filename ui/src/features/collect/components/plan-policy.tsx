/** What is done about events that break their rule, and about those that no plan names. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNote } from "@/shared/parts/shown";
import { type PlanRow, publish } from "../api/data";
import { planOf, strictest } from "../model/plan";
import styles from "./data.module.css";

export function PlanPolicy({ plans }: { plans: PlanRow[] }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const violationField = useId();
  const unknownField = useId();
  const now = strictest(plans);
  const change = useMutation({
    mutationFn: (changed: { violations?: string; unknown_events?: string }) => {
      const { id, plan } = planOf(null, plans);
      return publish("tracking_plan", id, { ...plan, ...changed });
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["data"] }),
  });
  const measures = (all: ("allow" | "warn" | "block")[]) =>
    all.map((value) => ({ value, label: t(`data.measure.${value}`) }));
  return (
    <>
      {change.isError ? <ErrorNote error={change.error} /> : null}
      <div className={styles.policy}>
        <span>
          <label htmlFor={violationField}>{t("data.onViolation")}</label>
          <Select
            id={violationField}
            value={now.violations}
            loading={change.isPending}
            popupMatchSelectWidth={false}
            options={measures(["warn", "block"])}
            onChange={(violations) => change.mutate({ violations })}
          />
        </span>
        <span>
          <label htmlFor={unknownField}>{t("data.onUnknown")}</label>
          <Select
            id={unknownField}
            value={now.unknown}
            loading={change.isPending}
            popupMatchSelectWidth={false}
            options={measures(["allow", "warn", "block"])}
            onChange={(unknown_events) => change.mutate({ unknown_events })}
          />
        </span>
      </div>
    </>
  );
}
