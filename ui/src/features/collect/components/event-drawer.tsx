/** One event: each property as it was seen, and what it should be; saving publishes the plan's next version. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Checkbox, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNote } from "@/shared/parts/shown";
import { SideDrawer } from "@/shared/parts/side-drawer";
import { useFormat } from "@/shared/words/use-format";
import { type EventRow, type PlanRow, publish } from "../api/data";
import { type Kind, kinds, planOf, type Rule, rulesOf, without, withRules } from "../model/plan";
import styles from "./data.module.css";

interface EventDrawerProps {
  event: EventRow | undefined;
  plans: PlanRow[];
  onClose(): void;
}

export function EventDrawer({ event, plans, onClose }: EventDrawerProps) {
  return (
    <SideDrawer open={event !== undefined} onClose={onClose} title={event?.name ?? ""} side="right">
      {event ? <EventForm key={event.name} event={event} plans={plans} onClose={onClose} /> : null}
    </SideDrawer>
  );
}

function EventForm({ event, plans, onClose }: { event: EventRow; plans: PlanRow[]; onClose(): void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const [rules, setRules] = useState(() => rulesOf(event));
  const { id, plan } = planOf(event, plans);
  const save = useMutation({
    mutationFn: (remove: boolean) => {
      const next = remove ? without(plan, event.name) : withRules(plan, event.name, rules);
      return publish("tracking_plan", id, next as unknown as Record<string, unknown>);
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["data"] });
      void message.success(t("data.planSaved"));
      onClose();
    },
  });
  return (
    <div className={styles.form}>
      <p className={styles.quiet}>
        {event.sampled > 0 ? t("data.sampled", { count: event.sampled }) : t("data.notSeen")}
      </p>
      <PropertyTable event={event} rules={rules} onChange={setRules} />
      {save.isError ? <ErrorNote error={save.error} /> : null}
      <div className={styles.buttons}>
        <Button type="primary" loading={save.isPending} onClick={() => save.mutate(false)}>
          {event.plan === null ? t("data.planThis") : t("data.savePlan")}
        </Button>
        {event.plan !== null ? <Button onClick={() => save.mutate(true)}>{t("data.unplan")}</Button> : null}
      </div>
    </div>
  );
}

interface PropertyTableProps {
  event: EventRow;
  rules: Record<string, Rule | null>;
  onChange(rules: Record<string, Rule | null>): void;
}

const ANY = "any";

function PropertyTable({ event, rules, onChange }: PropertyTableProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const change = (name: string, rule: Rule) => onChange({ ...rules, [name]: rule });
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <caption className="only-read">{t("data.properties")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("data.property")}</th>
            <th scope="col">{t("data.shouldBe")}</th>
            <th scope="col">{t("data.must")}</th>
          </tr>
        </thead>
        <tbody>
          {event.properties.map((property) => {
            const rule = rules[property.name] ?? {};
            return (
              <tr key={property.name}>
                <th scope="row">
                  {property.name}
                  <span className={styles.under}>
                    {property.type === null
                      ? t("data.notSeen")
                      : `${t(`data.type.${property.type}`)} · ${t("data.coverage", { share: format.percent(property.coverage, 0) })}`}
                    {property.mixed ? ` · ${t("data.mixed")}` : ""}
                  </span>
                </th>
                <td>
                  <Select<Kind | typeof ANY>
                    aria-label={`${property.name}: ${t("data.shouldBe")}`}
                    value={rule.type ?? ANY}
                    popupMatchSelectWidth={false}
                    onChange={(type) => change(property.name, { ...rule, type: type === ANY ? null : type })}
                    options={[ANY, ...kinds].map((kind) => ({
                      value: kind as Kind,
                      label: t(`data.type.${kind as Kind}`),
                    }))}
                  />
                </td>
                <td>
                  <Checkbox
                    aria-label={`${property.name}: ${t("data.must")}`}
                    checked={rule.required ?? false}
                    onChange={({ target }) => change(property.name, { ...rule, required: target.checked })}
                  />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
