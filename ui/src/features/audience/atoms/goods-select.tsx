/** Which goods: those that sell most to begin with, all others found by typing a part of their name or id. */
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Views } from "@/shared/api/client";
import { useSettled } from "@/shared/use-settled";
import { useFormat } from "@/shared/words/use-format";
import { itemsOptions } from "../api/audiences";
import { goodsOffered } from "../model/goods";
import styles from "./atoms.module.css";

const PAUSE_MS = 200;

interface GoodsSelectProps {
  property: Views["NamedWord"];
  values: string[];
  onChange(values: string[]): void;
}

export function GoodsSelect({ property, values, onChange }: GoodsSelectProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [typed, setTyped] = useState("");
  const search = useSettled(typed.trim(), PAUSE_MS);
  const commonest = new Map(
    property.values.map((id) => {
      const name = property.value_names?.[id];
      return [id, name ? format.say(name) : id] as const;
    }),
  );
  const found = useQuery(
    itemsOptions(
      search,
      values.filter((id) => !commonest.has(id)),
    ),
  );
  return (
    <Select
      aria-label={t("audience.value")}
      mode="tags"
      className={styles.values ?? ""}
      status={values.length === 0 ? "warning" : ""}
      placeholder={t("audience.searchGoods")}
      value={values}
      loading={found.isFetching}
      onSearch={setTyped}
      onChange={(chosen: string[]) => {
        setTyped("");
        onChange(chosen);
      }}
      options={goodsOffered(commonest, found.data?.items ?? [], search, values)}
      filterOption={false}
    />
  );
}
