/** Changes, the newest first, by kind; of definitions what was before and after, and the way back. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answered } from "@/shared/api/answer";
import { api } from "@/shared/api/client";
import { Badge, EmptyNote } from "@/shared/parts/note";
import { Waiting } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import type { AuditEntry } from "../api/account";
import { Difference } from "./difference";
import styles from "./rows.module.css";

const kinds = ["definitions", "sign_ins", "accounts", "launches", "exports", "personal", "other"] as const;
/** A launch publishes a text for each thing it may send: they are in its plan, and here the first ones stand for them. */
const NAMED = 2;
type Kind = (typeof kinds)[number] | "";

export function AuditList() {
  const { t } = useTranslation();
  const [kind, setKind] = useState<Kind>("");
  const pages = useInfiniteQuery({
    queryKey: ["audit", kind],
    queryFn: ({ pageParam: after }) =>
      answered(api.GET("/api/audit", { params: { query: { kind, after, limit: 50 } } })),
    initialPageParam: "",
    getNextPageParam: (page) => page.next || null,
  });
  const entries = pages.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <>
      <Select<Kind>
        aria-label={t("audit.kind")}
        value={kind}
        popupMatchSelectWidth={false}
        onChange={setKind}
        options={[
          { value: "", label: t("audit.all") },
          ...kinds.map((each) => ({ value: each, label: t(`audit.${each}`) })),
        ]}
      />
      {pages.data === undefined ? <Waiting query={pages} lines={6} /> : null}
      {pages.data && entries.length === 0 ? <EmptyNote title={t("audit.none")} /> : null}
      {entries.map((each) => (
        <Line key={each.id} entry={each} />
      ))}
      {pages.hasNextPage ? (
        <Button onClick={() => void pages.fetchNextPage()}>{t("audit.more")}</Button>
      ) : null}
    </>
  );
}

function Line({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  const format = useFormat();
  const named = entry.definitions.slice(0, NAMED);
  const about = named.map((each) =>
    t("audit.about", { kind: format.say(each.kind_name), name: each.name, version: each.version }),
  );
  const more = entry.definitions.length - named.length;
  if (more > 0) about.push(t("audit.andMore", { count: more }));
  const where = [format.full(entry.at), entry.address, entry.reason].filter((each) => each !== "");
  return (
    <div className={styles.row}>
      <span className={styles.grow}>
        <b>{format.say(entry.who)}</b> {format.say(entry.what)} {about.join(" · ")}
        <br />
        <span className={styles.soft}>{where.join(" · ")}</span>
        {entry.changes.map((each) => (
          <span key={each.path} className={styles.soft}>
            <br />
            {`${each.path}: ${each.before || t("audit.nothing")} → ${each.after || t("audit.nothing")}`}
          </span>
        ))}
      </span>
      {entry.outcome === "done" ? null : (
        <Badge tone="decide">{t(entry.outcome === "refused" ? "audit.refused" : "audit.failed")}</Badge>
      )}
      {named.map((each) => (
        <Difference key={`${each.kind}/${each.id}`} version={each} />
      ))}
    </div>
  );
}
