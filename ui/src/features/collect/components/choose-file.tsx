import { InboxOutlined } from "@ant-design/icons";
import { type ChangeEvent, type DragEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import styles from "./import.module.css";

export function ChooseFile({ onChoose }: { onChoose(file: File): void }) {
  const { t } = useTranslation();
  const field = useId();
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    const file = event.dataTransfer.files[0];
    if (file === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onChoose(file);
  };
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    if (file) onChoose(file);
  };
  return (
    <label
      htmlFor={field}
      className={styles.drop}
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <InboxOutlined aria-hidden="true" className={styles.box ?? ""} />
      <span className={styles.dropTitle}>{t("import.drop")}</span>
      <span>{t("import.formats")}</span>
      <input
        id={field}
        type="file"
        className="only-read"
        accept=".csv,.tsv,.txt,.gz,.xlsx,.xls,.parquet"
        onChange={choose}
      />
    </label>
  );
}
