/** Which model is asked, where, with which key, and what a month may cost; saved as a whole. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Input, InputNumber, Select, Switch } from "antd";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Note } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { ErrorNote } from "@/shared/parts/shown";
import { type ModelFields, type ModelSheet, setModel } from "../api/model";
import styles from "./model.module.css";

const KEPT = "(set)";
const OWN = "own";

/** The known service of an address; one's own where there is none of it. */
function serviceOf({ services, model }: ModelSheet): string {
  const found = services.find((each) => each.provider === model.provider && each.base_url === model.base_url);
  return found?.id ?? (model.base_url ? OWN : "");
}

export function ModelForm({ sheet }: { sheet: ModelSheet }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [model, setFields] = useState<ModelFields>(sheet.model);
  const change = (part: Partial<ModelFields>) => setFields({ ...model, ...part });
  const save = useMutation({
    mutationFn: (body: ModelFields) => setModel(body, sheet.version),
    onSuccess: (made) => {
      setFields(made.model);
      return queries.invalidateQueries({ queryKey: ["model"] });
    },
  });
  const [service, setService] = useState(serviceOf(sheet));
  const choose = (id: string) => {
    const { provider = "openai", base_url = "" } = sheet.services.find((each) => each.id === id) ?? {};
    setService(id);
    change({ provider, base_url, key: "" }); // The key of another service is of no use.
  };
  const off = !sheet.may_change;
  return (
    <Card title={t("model.which")}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate(model);
        }}
      >
        {off ? <Note tone="plain" title={t("model.onlyAdmin")} /> : null}
        {sheet.installed ? null : <Note tone="decide" title={t("model.missing")} />}
        <Line label={t("model.service")}>
          {(id) => (
            <Select
              id={id}
              disabled={off}
              value={service}
              onChange={choose}
              options={[
                { value: "", label: t("model.chooseService"), disabled: true },
                ...sheet.services.map((each) => ({ value: each.id, label: each.name })),
                { value: OWN, label: t("model.own") },
              ]}
            />
          )}
        </Line>
        {service === OWN ? (
          <Line label={t("model.address")} hint={t("model.addressHint")}>
            {(id) => (
              <Input
                id={id}
                disabled={off}
                value={model.base_url}
                onChange={(event) => change({ base_url: event.target.value.trim() })}
              />
            )}
          </Line>
        ) : null}
        <Line label={t("model.name")} hint={t("model.nameHint")}>
          {(id) => (
            <Input
              id={id}
              disabled={off}
              value={model.name}
              onChange={(event) => change({ name: event.target.value.trim() })}
            />
          )}
        </Line>
        <Line label={t("model.key")} hint={t("model.keyHint")}>
          {(id) => (
            <Input.Password
              id={id}
              disabled={off}
              autoComplete="off"
              value={model.key === KEPT ? "" : model.key}
              placeholder={model.key === KEPT ? t("model.keyKept") : ""}
              onChange={(event) => change({ key: event.target.value.trim() || sheet.model.key })}
            />
          )}
        </Line>
        <div className={styles.pair}>
          <Amount
            label={t("model.monthYuan")}
            off={off}
            fen
            value={model.month_fen}
            onChange={(month_fen) => change({ month_fen })}
          />
          <Amount
            label={t("model.monthTokens")}
            off={off}
            value={model.month_tokens}
            onChange={(month_tokens) => change({ month_tokens })}
          />
          <Amount
            label={t("model.askedYuan")}
            off={off}
            fen
            value={model.asked_fen}
            onChange={(asked_fen) => change({ asked_fen })}
          />
          <Amount
            label={t("model.answeredYuan")}
            off={off}
            fen
            value={model.answered_fen}
            onChange={(answered_fen) => change({ answered_fen })}
          />
          <Amount
            label={t("model.timeout")}
            off={off}
            least={1}
            most={120}
            value={model.timeout_s}
            onChange={(timeout_s) => change({ timeout_s })}
          />
        </div>
        {model.name && model.asked_fen + model.answered_fen === 0 ? (
          <p className={styles.soft}>{t("model.noPrices")}</p>
        ) : null}
        <Line label={t("model.keepTexts")} beside>
          {(id) => (
            <Switch
              id={id}
              disabled={off}
              checked={model.keep_texts}
              onChange={(keep_texts) => change({ keep_texts })}
            />
          )}
        </Line>
        {save.isError ? <ErrorNote error={save.error} /> : null}
        {save.isSuccess ? <Note tone="good" title={t("model.saved")} role="status" /> : null}
        {off ? null : (
          <div className={styles.row}>
            <Button type="primary" htmlType="submit" loading={save.isPending}>
              {t("model.save")}
            </Button>
            {sheet.on ? (
              <Button onClick={() => save.mutate({ ...sheet.model, name: "" })}>
                {t("model.switchOff")}
              </Button>
            ) : null}
          </div>
        )}
      </form>
    </Card>
  );
}

interface AmountProps {
  label: string;
  value: number;
  off: boolean;
  /** Kept in fen, written in yuan. */
  fen?: boolean;
  least?: number;
  most?: number;
  onChange(value: number): void;
}

function Amount({ label, value, off, fen = false, least = 0, most, onChange }: AmountProps) {
  const unit = fen ? 100 : 1;
  return (
    <Line label={label}>
      {(id) => (
        <InputNumber
          id={id}
          disabled={off}
          className={styles.number ?? ""}
          min={least}
          max={most ?? 1e9}
          precision={fen ? 2 : 0}
          value={value / unit}
          onChange={(given) => onChange(Math.round((given ?? least) * unit))}
        />
      )}
    </Line>
  );
}

interface LineProps {
  label: string;
  hint?: string;
  /** The label stands beside, as of a switch. */
  beside?: boolean;
  children: (id: string) => ReactNode;
}

function Line({ label, hint, beside = false, children }: LineProps) {
  const id = useId();
  return (
    <div className={beside ? styles.row : styles.field}>
      <label htmlFor={id}>{label}</label>
      {children(id)}
      {hint ? <span className={styles.soft}>{hint}</span> : null}
    </div>
  );
}
