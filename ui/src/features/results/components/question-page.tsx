/** A page that asks one question: its title, the way back to the others, and what history has to ask about. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { EmptyNote } from "@/shared/parts/note";
import { Card, Page } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";
import { type Vocabulary, vocabularyOptions } from "../api/results";

export type QuestionName = "funnel" | "retention" | "value" | "attribution" | "spend";

interface QuestionPageProps {
  name: QuestionName;
  action?: ReactNode;
  children: (vocabulary: Vocabulary) => ReactNode;
}

export function QuestionPage({ name, action, children }: QuestionPageProps) {
  const { t } = useTranslation();
  const vocabulary = useQuery(vocabularyOptions());
  return (
    <Page
      title={t(`results.question.${name}.asks`)}
      lead={<Link to="/results">{t("results.back")}</Link>}
      action={action}
    >
      <Shown query={vocabulary} lines={8}>
        {(words) =>
          words.from === null ? (
            <Card>
              <EmptyNote title={t("results.none")}>
                <p>{t("results.noneHow")}</p>
                <Link to="/">{t("results.toImport")}</Link>
              </EmptyNote>
            </Card>
          ) : (
            children(words)
          )
        }
      </Shown>
    </Page>
  );
}
