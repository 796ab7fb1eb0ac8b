/** One asset: what it looks like, how words name it, what shows it, and what stands for it unseen. */
import { FilePdfOutlined } from "@ant-design/icons";
import { Button, Input, Popconfirm, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNote } from "@/shared/parts/shown";
import { type Asset, useAssetChanges } from "../api/assets";
import styles from "./assets.module.css";

export function AssetCard({ asset }: { asset: Asset }) {
  const { t, i18n } = useTranslation();
  const { retire, say } = useAssetChanges();
  const [alts, setAlts] = useState<{ alt_zh: string; alt_en: string }>();
  const newest = asset.files.at(-1);
  const picture = newest?.type.startsWith("image/");
  const size = picture ? `${newest?.width}×${newest?.height}` : "PDF";
  const spoken = i18n.language.startsWith("zh") ? asset.alt_zh : asset.alt_en;
  const save = (words: { alt_zh: string; alt_en: string }) =>
    say.mutate({ assetId: asset.asset_id, words }, { onSuccess: () => setAlts(undefined) });
  return (
    <li className={styles.card}>
      <div className={styles.picture}>
        {picture ? <img src={newest?.path} alt={spoken} loading="lazy" /> : <FilePdfOutlined aria-hidden />}
      </div>
      <strong>{asset.name || asset.asset_id}</strong>
      <Typography.Text code copyable>{`{{ '${asset.asset_id}' | asset }}`}</Typography.Text>
      <span className={styles.about}>
        {[size, `${Math.ceil((newest?.bytes ?? 0) / 1000)} kB`, `@${asset.files.length}`].join(" · ")}
      </span>
      {asset.files.length > 1 ? (
        <details className={styles.about}>
          <summary>{t("asset.earlier", { count: asset.files.length - 1 })}</summary>
          <ul className={styles.earlier}>
            {asset.files
              .slice(0, -1)
              .reverse()
              .map((file) => (
                <li key={file.place}>
                  <a href={file.path} target="_blank" rel="noreferrer">
                    {file.type.startsWith("image/") ? (
                      <img src={file.path} alt={spoken} loading="lazy" />
                    ) : (
                      "PDF"
                    )}
                  </a>
                  <Typography.Text
                    code
                    copyable
                  >{`{{ '${asset.asset_id}@${file.place}' | asset }}`}</Typography.Text>
                </li>
              ))}
          </ul>
        </details>
      ) : null}
      <span className={styles.about}>
        {asset.users.length > 0
          ? t("content.usedIn", { names: asset.users.map((each) => each.name).join("、") })
          : t("asset.unused")}
      </span>
      {alts === undefined ? (
        <span className={styles.about}>{spoken || t("asset.noAlt")}</span>
      ) : (
        (["alt_zh", "alt_en"] as const).map((name) => (
          <Input
            key={name}
            aria-label={t(`asset.${name}`)}
            placeholder={t(`asset.${name}`)}
            value={alts[name]}
            maxLength={500}
            onChange={(event) => setAlts({ ...alts, [name]: event.target.value })}
          />
        ))
      )}
      <div className={styles.bar}>
        {alts === undefined ? (
          <Button size="small" onClick={() => setAlts({ alt_zh: asset.alt_zh, alt_en: asset.alt_en })}>
            {t("asset.editAlt")}
          </Button>
        ) : (
          <Button size="small" type="primary" loading={say.isPending} onClick={() => save(alts)}>
            {t("asset.save")}
          </Button>
        )}
        <Popconfirm title={t("asset.retireSure")} onConfirm={() => retire.mutate(asset.asset_id)}>
          <Button size="small" danger loading={retire.isPending}>
            {t("asset.retire")}
          </Button>
        </Popconfirm>
      </div>
      {retire.isError ? <ErrorNote error={retire.error} /> : null}
      {say.isError ? <ErrorNote error={say.error} /> : null}
    </li>
  );
}
