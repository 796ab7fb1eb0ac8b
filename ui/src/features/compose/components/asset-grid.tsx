/** The library of pictures by folder, searched by name, id and alt text. */
import { Input, Segmented } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyNote } from "@/shared/parts/note";
import type { Asset } from "../api/assets";
import { AssetCard } from "./asset-card";
import styles from "./assets.module.css";

const EVERY = "*";

export function AssetGrid({ assets }: { assets: Asset[] }) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState("");
  const [folder, setFolder] = useState(EVERY);
  if (assets.length === 0)
    return (
      <EmptyNote title={t("asset.none")}>
        <p>{t("asset.noneHow", { example: "{{ 'hero' | asset }}" })}</p>
      </EmptyNote>
    );
  const folders = [...new Set(assets.map((each) => each.folder))];
  const text = wanted.trim().toLowerCase();
  const found = assets.filter(
    (each) =>
      (folder === EVERY || each.folder === folder) &&
      [each.asset_id, each.name, each.alt_zh, each.alt_en].some((said) => said.toLowerCase().includes(text)),
  );
  return (
    <>
      <div className={styles.bar}>
        <Input
          className={styles.search ?? ""}
          allowClear
          aria-label={t("asset.search")}
          placeholder={t("asset.search")}
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
        {folders.length > 1 ? (
          <Segmented
            value={folder}
            onChange={setFolder}
            options={[
              { value: EVERY, label: t("asset.all") },
              ...folders.map((each) => ({ value: each, label: each || t("content.noFolder") })),
            ]}
          />
        ) : null}
      </div>
      <ul className={styles.grid}>
        {found.map((each) => (
          <AssetCard key={each.asset_id} asset={each} />
        ))}
      </ul>
      {found.length === 0 ? <p className={styles.about}>{t("asset.noMatch")}</p> : null}
    </>
  );
}
