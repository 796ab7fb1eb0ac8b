/** Is there a language model, what may it cost, and what was it asked? */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { modelOptions } from "@/features/language-model/api/model";
import { ModelForm } from "@/features/language-model/components/model-form";
import { TryCard } from "@/features/language-model/components/try-card";
import { UsageCard } from "@/features/language-model/components/usage-card";
import { Page } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";
import { SettingsLead } from "../settings-lead";

export function LanguageModelPage() {
  const { t } = useTranslation();
  const sheet = useQuery(modelOptions);
  return (
    <Page title={t("model.title")} lead={<SettingsLead>{t("model.lead")}</SettingsLead>}>
      <Shown query={sheet} lines={8}>
        {(data) => (
          <>
            <ModelForm sheet={data} />
            {data.on && data.may_change ? <TryCard /> : null}
            <UsageCard sheet={data} />
          </>
        )}
      </Shown>
    </Page>
  );
}
