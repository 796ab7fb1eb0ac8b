/** Files brought by dragging or choosing: the id comes of the file's name, and may be changed before. */
import { Button, Input } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNote } from "@/shared/parts/shown";
import { useAssetChanges } from "../api/assets";
import { idOf } from "../model/asset-names";
import styles from "./assets.module.css";

const TYPES = "image/png,image/jpeg,image/gif,image/webp,application/pdf";

export function AssetUpload() {
  const { t } = useTranslation();
  const fields = useId();
  const { bring } = useAssetChanges();
  const [file, setFile] = useState<File>();
  const [assetId, setAssetId] = useState("");
  const [folder, setFolder] = useState("");
  const choose = (chosen: File | undefined) => {
    if (chosen === undefined) return;
    setFile(chosen);
    setAssetId(idOf(chosen.name));
    bring.reset();
  };
  const send = () => {
    if (file === undefined) return;
    const name = file.name.replace(/\.[^.]*$/, "");
    bring.mutate({ assetId, file, name, folder }, { onSuccess: () => setFile(undefined) });
  };
  return (
    <div className={styles.upload}>
      <label
        className={styles.drop}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          choose(event.dataTransfer.files[0]);
        }}
      >
        <span>{file === undefined ? t("asset.drop") : file.name}</span>
        <span className={styles.about}>{t("asset.limits")}</span>
        <input type="file" accept={TYPES} onChange={(event) => choose(event.target.files?.[0])} />
      </label>
      {file === undefined ? null : (
        <div className={styles.fields}>
          <label htmlFor={`${fields}-id`}>{t("asset.id")}</label>
          <Input
            id={`${fields}-id`}
            value={assetId}
            maxLength={64}
            onChange={(event) => setAssetId(event.target.value)}
          />
          <label htmlFor={`${fields}-folder`}>{t("asset.folder")}</label>
          <Input
            id={`${fields}-folder`}
            value={folder}
            maxLength={200}
            onChange={(event) => setFolder(event.target.value)}
          />
          <Button type="primary" loading={bring.isPending} disabled={assetId === ""} onClick={send}>
            {t("asset.upload")}
          </Button>
        </div>
      )}
      {bring.isError ? <ErrorNote error={bring.error} /> : null}
    </div>
  );
}
