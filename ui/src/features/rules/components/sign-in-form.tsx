/** Single sign-on: where people are known, and who comes in by it. Its secret is typed, and never shown. */
import { Input, Select } from "antd";
import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import type { SignInRules } from "../api/rules";
import { RuleLine } from "./rule-line";
import styles from "./rules.module.css";

/** Stands where a secret is set; sent back, it keeps that secret. */
const KEPT = "(set)";
const ROLES = ["staff", "viewer", "operator", "approver"] as const;

interface FormProps {
  rules: SignInRules;
  fixed: boolean;
  onChange(more: Partial<SignInRules>): void;
}

export function SignInForm({ rules, fixed, onChange }: FormProps) {
  const { t } = useTranslation();
  const kept = rules.client_secret === KEPT;
  const text = (name: "name" | "issuer" | "client_id" | "public_url", label: string, example = "") => (
    <Field label={label}>
      {(id) => (
        <Input
          id={id}
          disabled={fixed}
          placeholder={example}
          value={rules[name]}
          onChange={(event) => onChange({ [name]: event.target.value.trimStart() })}
        />
      )}
    </Field>
  );
  return (
    <>
      <RuleLine label={t("rules.provider")} hint={t("rules.providerHint")} fixed={fixed}>
        {text("issuer", t("rules.issuer"), t("rules.issuerExample"))}
        {text("name", t("rules.providerName"), t("rules.providerNameExample"))}
        {text("client_id", "client_id")}
        <Field label="client_secret">
          {(id) => (
            <Input.Password
              id={id}
              autoComplete="new-password"
              visibilityToggle={false}
              disabled={fixed}
              placeholder={kept ? t("rules.secretKept") : ""}
              value={kept ? "" : rules.client_secret}
              onChange={(event) => onChange({ client_secret: event.target.value })}
            />
          )}
        </Field>
      </RuleLine>
      <RuleLine label={t("rules.comeBack")} hint={t("rules.comeBackHint")} fixed={fixed}>
        {text("public_url", t("rules.publicUrl"), t("rules.publicUrlExample"))}
        <p className={styles.soft}>
          {t("rules.callback")} <code>{`${rules.public_url || window.location.origin}/sign-in/single`}</code>
        </p>
      </RuleLine>
      <RuleLine label={t("rules.domains")} hint={t("rules.domainsHint")} fixed={fixed}>
        <Select<string[]>
          mode="tags"
          aria-label={t("rules.domains")}
          style={{ minWidth: 240 }}
          tokenSeparators={[",", " ", "，", "、"]}
          open={false}
          suffixIcon={null}
          placeholder={t("rules.domainsExample")}
          disabled={fixed}
          value={rules.domains}
          onChange={(domains) => onChange({ domains })}
        />
        {rules.domains.length > 0 ? (
          <Select
            aria-label={t("rules.domainRole")}
            popupMatchSelectWidth={false}
            disabled={fixed}
            value={rules.role}
            options={ROLES.map((value) => ({ value, label: t(`role.${value}`) }))}
            onChange={(role) => onChange({ role })}
          />
        ) : null}
      </RuleLine>
    </>
  );
}

function Field({ label, children }: { label: string; children(id: string): ReactNode }) {
  const id = useId();
  return (
    <span className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </span>
  );
}
