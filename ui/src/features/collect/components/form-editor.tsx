/** A hosted form: what is asked, what may be agreed to, and how machines are told from people. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, InputNumber, Segmented } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Card, Page } from "@/shared/parts/page";
import { ErrorNote } from "@/shared/parts/shown";
import { publish } from "../api/data";
import { bodyOf, draftOf, emptyForm, type FormDraft, isComplete } from "../model/form";
import { Copied } from "./copied";
import styles from "./data.module.css";
import { ConsentLines, FieldLines } from "./form-lines";

interface FormEditorProps {
  /** Empty for a new form. */
  formId: string;
  body: Record<string, unknown>;
}

export function FormEditor({ formId, body }: FormEditorProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const ids = { id: useId(), title: useId(), intro: useId(), least: useId() };
  const [identity, setIdentity] = useState(formId);
  const [draft, setDraft] = useState<FormDraft>(() => (formId === "" ? emptyForm : draftOf(body)));
  const change = (changed: Partial<FormDraft>) => setDraft({ ...draft, ...changed });
  const save = useMutation({
    mutationFn: () => publish("form", identity.trim(), bodyOf(draft, body)),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ["data"] });
      void message.success(t("data.formSaved"));
      void navigate(`/data/forms/${encodeURIComponent(id)}`);
    },
  });
  const action = (
    <Button
      type="primary"
      size="large"
      disabled={identity.trim() === "" || !isComplete(draft)}
      loading={save.isPending}
      onClick={() => save.mutate()}
    >
      {t("data.publishForm")}
    </Button>
  );
  return (
    <Page title={formId === "" ? t("data.newForm") : draft.title} lead={t("data.formLead")} action={action}>
      {save.isError ? <ErrorNote error={save.error} /> : null}
      {formId === "" ? null : (
        <Copied text={`${location.origin}/forms/${encodeURIComponent(formId)}`} label={t("data.address")} />
      )}
      <Card title={t("data.formPage")}>
        <div className={styles.form}>
          {formId === "" ? (
            <div>
              <label htmlFor={ids.id}>{t("data.formId")}</label>
              <Input id={ids.id} value={identity} onChange={(event) => setIdentity(event.target.value)} />
            </div>
          ) : null}
          <div>
            <label htmlFor={ids.title}>{t("data.formTitle")}</label>
            <Input
              id={ids.title}
              value={draft.title}
              onChange={(event) => change({ title: event.target.value })}
            />
          </div>
          <div>
            <label htmlFor={ids.intro}>{t("data.formIntro")}</label>
            <Input.TextArea
              id={ids.intro}
              autoSize
              value={draft.intro}
              onChange={(event) => change({ intro: event.target.value })}
            />
          </div>
          <div>
            <Segmented<FormDraft["language"]>
              aria-label={t("shell.language")}
              value={draft.language}
              onChange={(language) => change({ language })}
              options={[
                { value: "zh-CN", label: "中文" },
                { value: "en", label: "English" },
              ]}
            />
          </div>
        </div>
      </Card>
      <Card title={t("data.formFields")}>
        <FieldLines lines={draft.fields} onChange={(fields) => change({ fields })} />
      </Card>
      <Card title={t("data.formConsents")}>
        <div className={styles.form}>
          <p className={styles.quiet}>{t("data.consentMeans")}</p>
          <ConsentLines lines={draft.consents} onChange={(consents) => change({ consents })} />
        </div>
      </Card>
      <Card title={t("data.machines")}>
        <div className={styles.form}>
          <div>
            <label htmlFor={ids.least}>{t("data.leastSeconds")}</label>
            <InputNumber
              id={ids.least}
              min={0}
              max={600}
              value={draft.least_s}
              onChange={(value) => change({ least_s: value ?? 0 })}
            />
          </div>
          <p className={styles.quiet}>{t("data.machinesMean")}</p>
        </div>
      </Card>
    </Page>
  );
}
