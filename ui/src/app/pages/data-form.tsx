/** What do we ask, and what may people agree to? A new form, or one that is there already. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { definitionOptions } from "@/features/collect/api/data";
import { FormEditor } from "@/features/collect/components/form-editor";
import { Card, Page } from "@/shared/parts/page";
import { Waiting } from "@/shared/parts/shown";

export function NewFormPage() {
  return <FormEditor formId="" body={{}} />;
}

export function DataFormPage() {
  const { t } = useTranslation();
  const { formId = "" } = useParams();
  const form = useQuery(definitionOptions("form", formId));
  if (form.data) return <FormEditor key={form.data.version} formId={formId} body={form.data.body} />;
  return (
    <Page title={t("data.form")}>
      <Card>
        <Waiting query={form} lines={8} />
      </Card>
    </Page>
  );
}
