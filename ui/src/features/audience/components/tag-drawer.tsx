/** One tag beside the list: meaning, coverage, use, conflicts, and the people who have it. The address says which. */
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { Facts } from "@/shared/parts/facts";
import { Note } from "@/shared/parts/note";
import { PeopleDrawer } from "@/shared/parts/people-drawer";
import { ErrorNote } from "@/shared/parts/shown";
import { SideDrawer } from "@/shared/parts/side-drawer";
import { useFormat } from "@/shared/words/use-format";
import { putTag, type Tag, tagPeopleOptions } from "../api/tags";
import styles from "./tag-list.module.css";

export function TagDrawer({ tags }: { tags: Tag[] }) {
  const [search, setSearch] = useSearchParams();
  const tag = tags.find((each) => each.tag_id === search.get("tag"));
  if (!tag) return null;
  const close = () => setSearch({}, { preventScrollReset: true });
  return search.has("people") ? (
    <Holders tag={tag} onClose={close} />
  ) : (
    <SideDrawer open title={tag.name} side="right" onClose={close}>
      <About tag={tag} />
    </SideDrawer>
  );
}

function Holders({ tag, onClose }: { tag: Tag; onClose(): void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const people = useInfiniteQuery(tagPeopleOptions(tag.tag_id));
  const title = `${tag.name} · ${t("tag.people", { people: format.people(tag.people) })}`;
  return <PeopleDrawer open title={title} onClose={onClose} people={people} />;
}

function About({ tag }: { tag: Tag }) {
  const { t } = useTranslation();
  const format = useFormat();
  const how = tag.rule
    ? { name: t("tag.rule"), value: format.say(tag.rule) }
    : {
        name: t("tag.expires"),
        value: tag.expires_days === null ? t("tag.never") : t("tag.days", { days: tag.expires_days }),
      };
  return (
    <>
      <Facts
        facts={[
          { name: t("tag.meaning"), value: tag.meaning || "—" },
          { name: t("tag.owner"), value: tag.owner || "—" },
          { name: t("tag.id"), value: tag.tag_id },
          how,
          { name: t("tag.usedIn"), value: <Uses tag={tag} /> },
        ]}
      />
      <div className={styles.notes}>
        {tag.unused ? <Note tone="plain" title={t("tag.unusedWhy")} /> : null}
        {tag.conflicts.map((each) => (
          <Note
            key={`${each.kind}|${each.tag_id}`}
            tone="decide"
            title={t(`tag.conflict.${each.kind}`, {
              name: each.name,
              people: format.people(each.people),
              share: format.percent(each.share, 0),
            })}
          />
        ))}
      </div>
      <div className={styles.actions}>
        <Link to={{ search: `?tag=${encodeURIComponent(tag.tag_id)}&people` }} preventScrollReset>
          {t("tag.see", { people: format.people(tag.people) })}
        </Link>
      </div>
      {tag.by === "hand" ? <PutOn tag={tag} /> : null}
    </>
  );
}

/** Where the uses that have a page of their own are found. */
const paths: Partial<Record<Tag["used_in"][number]["kind"], string>> = {
  audience: "/audiences",
  campaign: "/campaigns",
  plan: "/goals",
};

function Uses({ tag }: { tag: Tag }) {
  const { t } = useTranslation();
  if (tag.used_in.length === 0) return t("tag.nowhere");
  return (
    <ul className={styles.uses}>
      {tag.used_in.map((use) => (
        <li key={`${use.kind}|${use.id}`}>
          {t(`tag.kind.${use.kind}`)}{" "}
          {paths[use.kind] ? <Link to={`${paths[use.kind]}/${use.id}`}>{use.name}</Link> : use.name}
        </li>
      ))}
    </ul>
  );
}

function PutOn({ tag }: { tag: Tag }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const [typed, setTyped] = useState("");
  const people = typed.split(/[\s,，]+/).filter(Boolean);
  const put = useMutation({
    mutationFn: () => putTag(tag.tag_id, people),
    onSuccess: async (answer) => {
      await queries.invalidateQueries({ queryKey: ["tags"] });
      setTyped(answer.unknown.join("\n"));
      void message.success(t("tag.putDone", { people: format.people(answer.people) }));
    },
  });
  const unknown = put.data?.unknown ?? [];
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        put.mutate();
      }}
    >
      {put.isError ? <ErrorNote error={put.error} /> : null}
      {unknown.length > 0 ? (
        <Note tone="decide" title={t("tag.putUnknown", { who: unknown.slice(0, 10).join(", ") })} />
      ) : null}
      <Input.TextArea
        aria-label={t("tag.putWho")}
        placeholder={t("tag.putWho")}
        rows={3}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <Button htmlType="submit" loading={put.isPending} disabled={people.length === 0}>
        {t("tag.put")}
      </Button>
    </form>
  );
}
