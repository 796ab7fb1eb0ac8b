/** Which questions can history answer? */
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useImport } from "@/features/collect/import-context";
import { vocabularyOptions } from "@/features/results/api/results";
import { QuestionList } from "@/features/results/components/question-list";
import { EmptyNote } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";
import { questions } from "../results-questions";

export function ResultsPage() {
  const { t } = useTranslation();
  const { open } = useImport();
  const vocabulary = useQuery(vocabularyOptions());
  return (
    <Page title={t("results.title")} lead={t("results.lead")}>
      <Shown query={vocabulary} lines={6}>
        {({ from }) =>
          from === null ? (
            <Card>
              <EmptyNote title={t("results.none")}>
                <p>{t("results.noneHow")}</p>
                <Button onClick={open}>{t("import.open")}</Button>
              </EmptyNote>
            </Card>
          ) : (
            <QuestionList questions={questions} />
          )
        }
      </Shown>
    </Page>
  );
}
