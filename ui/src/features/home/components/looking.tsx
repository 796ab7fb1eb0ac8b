/** What the first scan is doing: on a large shop it takes half a minute, and somebody waits. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { EmptyNote } from "@/shared/parts/note";
import { scanOptions } from "../api/home";

export function Looking() {
  const { t } = useTranslation();
  const { data } = useQuery(scanOptions());
  return (
    <EmptyNote title={t("home.looking")}>
      <p aria-live="polite">
        {data?.step
          ? t(`home.scanStep.${data.step}`, { done: data.done, of: data.of })
          : t("home.lookingHow")}
      </p>
    </EmptyNote>
  );
}
