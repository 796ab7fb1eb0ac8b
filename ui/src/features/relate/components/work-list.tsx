/** A list of work of one kind: open or closed, everybody's or one's, what is late. The address keeps the choice. */
import { useQuery } from "@tanstack/react-query";
import { Segmented, Select } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { EmptyNote } from "@/shared/parts/note";
import { Shown } from "@/shared/parts/shown";
import { relateOptions, type WorkKind, workOptions } from "../api/work";
import styles from "./work.module.css";
import { WorkLine } from "./work-line";

const VIEWS = ["open", "overdue", "waiting", "closed"] as const;
type View = (typeof VIEWS)[number];

export function WorkList({ kind, cards }: { kind: WorkKind; cards: "drawer" | "page" }) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const relate = useQuery(relateOptions());
  const view: View = VIEWS.find((each) => each === search.get("view")) ?? "open";
  const owner = search.get("owner") ?? "";
  const work = useQuery(
    workOptions({
      kind,
      state: view === "closed" ? "closed" : "open",
      ...(owner ? { owner } : {}),
      ...(view === "overdue" ? { overdue: true } : {}),
      ...(view === "waiting" ? { waiting: true } : {}),
    }),
  );
  const choose = (name: string, value: string) =>
    setSearch(
      (before) => {
        if (value) before.set(name, value);
        else before.delete(name);
        return before;
      },
      { replace: true, preventScrollReset: true },
    );
  const to = (id: string) => (cards === "page" ? `/tasks/${id}` : `?${withWork(search, id)}`);
  return (
    <>
      <div className={styles.tools}>
        <Segmented
          value={view}
          onChange={(chosen) => choose("view", chosen === "open" ? "" : chosen)}
          options={VIEWS.map((each) => ({ value: each, label: t(`work.view.${each}`) }))}
        />
        <Select
          aria-label={t("work.whose")}
          value={owner}
          onChange={(chosen: string) => choose("owner", chosen)}
          options={[
            { value: "", label: t("work.everybody") },
            ...(relate.data?.staff ?? []).map((each) => ({
              value: each.id,
              label: `${each.name} · ${each.open}`,
            })),
          ]}
        />
      </div>
      <Shown query={work} lines={8}>
        {({ works }) =>
          works.length > 0 ? (
            <ul className={styles.list}>
              {works.map((each) => (
                <WorkLine key={each.id} work={each} to={to(each.id)} />
              ))}
            </ul>
          ) : (
            <EmptyNote title={t(`work.none.${kind}`)}>
              <p>{t(`work.noneHow.${kind}`)}</p>
            </EmptyNote>
          )
        }
      </Shown>
    </>
  );
}

function withWork(search: URLSearchParams, id: string): string {
  const next = new URLSearchParams(search);
  next.set("work", id);
  return next.toString();
}
