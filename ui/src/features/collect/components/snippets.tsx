/** What to paste, one SDK at a time. */
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { trackingSnippets } from "../model/snippets";
import { Copied } from "./copied";

export function Snippets({ writeKey }: { writeKey: string }) {
  const { t } = useTranslation();
  const all = trackingSnippets(location.origin, writeKey);
  const [chosen, choose] = useState(all[0]?.id);
  const shown = all.find((snippet) => snippet.id === chosen);
  return (
    <>
      <Select
        aria-label={t("data.sdk.label")}
        value={chosen ?? null}
        onChange={choose}
        options={all.map(({ id }) => ({ value: id, label: t(`data.sdk.${id}`) }))}
      />
      {shown ? <Copied text={shown.code} label={t(`data.sdk.${shown.id}`)} /> : null}
    </>
  );
}
