/** The one question about money that a shop is asked, once: which share of an order is margin. */
import { useMutation } from "@tanstack/react-query";
import { Button, InputNumber } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Note } from "@/shared/parts/note";
import { ErrorNote } from "@/shared/parts/shown";
import { tellMargin } from "../api/plans";
import styles from "./margin.module.css";

export function Margin({ onTold }: { onTold(): void }) {
  const { t } = useTranslation();
  const field = useId();
  const [percent, setPercent] = useState<number | null>(null);
  const tell = useMutation({ mutationFn: tellMargin, onSuccess: onTold });
  return (
    <Note tone="decide" title={<label htmlFor={field}>{t("timing.margin")}</label>}>
      <p>{t("timing.marginWhy")}</p>
      <div className={styles.row}>
        <InputNumber id={field} min={1} max={100} value={percent} onChange={setPercent} suffix="%" />
        <Button
          type="primary"
          disabled={percent === null}
          loading={tell.isPending}
          onClick={() => tell.mutate((percent ?? 0) / 100)}
        >
          {t("timing.marginSave")}
        </Button>
        <Button type="text" disabled={tell.isPending} onClick={() => tell.mutate(null)}>
          {t("timing.marginSkip")}
        </Button>
      </div>
      {tell.isError ? <ErrorNote error={tell.error} /> : null}
    </Note>
  );
}
