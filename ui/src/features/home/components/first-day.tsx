/** An installation without data: drop a file, or look around in a sample shop. Nothing else is asked. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Progress } from "antd";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Card } from "@/shared/parts/page";
import { ErrorNote } from "@/shared/parts/shown";
import { importOptions, lendSample } from "../api/home";
import styles from "./home.module.css";

/** `drop` is the field that takes a file. */
export function FirstDay({ drop }: { drop: ReactNode }) {
  const { t } = useTranslation();
  const sample = useMutation({ mutationFn: lendSample });
  const ids = sample.data?.imports.map((each) => each.import_id) ?? [];
  const last = ids.at(-1);
  return (
    <Card>
      <ol className={styles.steps}>
        {(["drop", "quality", "opportunities", "plan"] as const).map((step) => (
          <li key={step}>{t(`home.step.${step}`)}</li>
        ))}
      </ol>
      {drop}
      <div className={styles.sample}>
        {last === undefined ? (
          <>
            <span>{t("home.sampleLead")}</span>
            <Button loading={sample.isPending} onClick={() => sample.mutate()}>
              {t("home.sampleUse")}
            </Button>
          </>
        ) : (
          <Lending ids={ids} last={last} />
        )}
        {sample.isError ? <ErrorNote error={sample.error} /> : null}
      </div>
    </Card>
  );
}

function Lending({ ids, last }: { ids: string[]; last: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data } = useQuery(importOptions(last));
  const over = data?.status === "done" || data?.status === "failed";
  useEffect(() => {
    if (over) void queries.invalidateQueries();
  }, [over, queries]);
  return (
    <div role="status" className={styles.lending}>
      <span>{t("home.sampleRunning", { files: ids.length })}</span>
      <Progress percent={Math.round((data?.progress ?? 0) * 100)} aria-label={t("import.progress")} />
    </div>
  );
}
