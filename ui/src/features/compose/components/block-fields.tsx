/** The fields of one block; things are chosen from what there is. */
import { useQuery } from "@tanstack/react-query";
import { Input, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { assetsOptions } from "../api/assets";
import { thingsOptions } from "../api/contents";
import type { Block } from "../model/blocks";
import { AssetUpload } from "./asset-upload";
import styles from "./blocks.module.css";

interface BlockFieldsProps {
  block: Block;
  onChange(block: Block): void;
}

export function BlockFields({ block, onChange }: BlockFieldsProps) {
  const { t } = useTranslation();
  switch (block.type) {
    case "heading":
      return (
        <Words label={t("page.words")} value={block.text} onChange={(text) => onChange({ ...block, text })} />
      );
    case "text":
      return (
        <Words
          long
          label={t("page.words")}
          value={block.text}
          onChange={(text) => onChange({ ...block, text })}
        />
      );
    case "button":
      return (
        <>
          <Words
            label={t("page.label")}
            value={block.label}
            onChange={(label) => onChange({ ...block, label })}
          />
          <Words label={t("page.url")} value={block.url} onChange={(url) => onChange({ ...block, url })} />
        </>
      );
    case "picture":
      return (
        <>
          <PicturePick value={block.asset} onChange={(asset) => onChange({ ...block, asset })} />
          <Words label={t("page.alt")} value={block.alt} onChange={(alt) => onChange({ ...block, alt })} />
        </>
      );
    case "offer":
      return (
        <>
          <Thing
            kind="offer"
            label={t("page.offer")}
            value={block.offer}
            onChange={(offer) => onChange({ ...block, offer: String(offer ?? "") })}
          />
          <Words
            long
            label={t("page.terms")}
            value={block.text}
            onChange={(text) => onChange({ ...block, text })}
          />
          <Thing
            kind="pool"
            label={t("page.pool")}
            value={block.pool}
            onChange={(pool) => onChange({ ...block, pool: String(pool ?? "") })}
          />
        </>
      );
    case "items":
      return (
        <Thing
          kind="item"
          label={t("page.items")}
          value={block.items}
          onChange={(items) => onChange({ ...block, items: [items ?? []].flat().slice(0, 12) })}
        />
      );
    case "form":
      return (
        <Thing
          kind="form"
          label={t("page.form")}
          value={block.form}
          onChange={(form) => onChange({ ...block, form: String(form ?? "") })}
        />
      );
    case "divider":
      return null;
  }
}

interface WordsProps {
  label: string;
  value: string;
  long?: boolean;
  onChange(value: string): void;
}

function Words({ label, value, long = false, onChange }: WordsProps) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {long ? (
        <Input.TextArea
          id={id}
          value={value}
          maxLength={5000}
          autoSize={{ minRows: 3, maxRows: 16 }}
          onChange={(event) => onChange(event.target.value)}
        />
      ) : (
        <Input id={id} value={value} maxLength={2000} onChange={(event) => onChange(event.target.value)} />
      )}
    </div>
  );
}

interface ThingProps {
  kind: "offer" | "pool" | "item" | "form";
  label: string;
  value: string | string[];
  onChange(value: string | string[] | undefined): void;
}

function Thing({ kind, label, value, onChange }: ThingProps) {
  const id = useId();
  const found = useQuery(thingsOptions(kind));
  const known = Object.entries(found.data?.definitions ?? {}).filter(
    ([, body]) => kind !== "pool" || (body.codes as { from?: string } | undefined)?.from === "shared",
  );
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <Select
        id={id}
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        {...(Array.isArray(value) ? { mode: "multiple" as const } : {})}
        loading={found.isPending}
        value={value === "" ? undefined : value}
        onChange={onChange}
        options={known.map(([each, body]) => ({
          value: each,
          label: String(body.name_zh ?? body.name ?? body.title ?? each),
        }))}
      />
    </div>
  );
}

/** A picture of the library by its file, so that what is approved stays; a new one may be brought here. */
function PicturePick({ value, onChange }: { value: string; onChange(asset: string): void }) {
  const { t } = useTranslation();
  const id = useId();
  const assets = useQuery(assetsOptions());
  const pictures = (assets.data?.assets ?? []).flatMap((asset) =>
    asset.files
      .map((file, place) => ({
        file,
        value: `${asset.asset_id}@${place + 1}`,
        name: asset.name || asset.asset_id,
      }))
      .filter(({ file }) => file.type.startsWith("image/"))
      .reverse(),
  );
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{t("page.asset")}</label>
      <Select
        id={id}
        showSearch={{ optionFilterProp: "label" }}
        value={value === "" ? null : value}
        onChange={onChange}
        options={pictures.map((each) => ({
          value: each.value,
          label: `${each.name} · ${each.value}`,
          path: each.file.path,
        }))}
        optionRender={({ label, data }) => (
          <span className={styles.option}>
            <img src={data.path} alt="" loading="lazy" />
            {label}
          </span>
        )}
      />
      <details>
        <summary>{t("page.bring")}</summary>
        <AssetUpload />
      </details>
    </div>
  );
}
