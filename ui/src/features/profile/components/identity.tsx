/** How a person is recognized and of which profiles they are one; a merge can be taken back. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { Facts } from "@/shared/parts/facts";
import { Badge, type Tone } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { Shown } from "@/shared/parts/shown";
import { errorWords } from "@/shared/words/errors";
import { useLanguage } from "@/shared/words/language";
import { useFormat } from "@/shared/words/use-format";
import { identityOptions, type Merge, undoMerge } from "../api/identity";
import styles from "./identity.module.css";

export function Identity({ profileId }: { profileId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const identity = useQuery(identityOptions(profileId));
  return (
    <Card title={t("identity.title")}>
      <Shown query={identity} lines={3}>
        {({ identifiers, merges }) => (
          <>
            <Facts
              facts={identifiers.map((each) => ({
                name: format.say(each.name),
                value: each.value,
                under: [
                  format.say(each.sure),
                  t("person.since", { date: format.day(each.since) }),
                  each.source ? t("identity.source", { source: format.say(each.told_by) }) : "",
                ]
                  .filter(Boolean)
                  .join(" · "),
              }))}
            />
            {merges.length > 0 ? (
              <ul className={styles.merges} aria-label={t("identity.merges")}>
                {merges.map((merge) => (
                  <MergeLine key={merge.merge_id} merge={merge} />
                ))}
              </ul>
            ) : null}
          </>
        )}
      </Shown>
    </Card>
  );
}

const toneOf: Record<Merge["standing"], Tone> = {
  merged: "plain",
  undoing: "decide",
  given_up: "harm",
  undone: "good",
};

function MergeLine({ merge }: { merge: Merge }) {
  const { t } = useTranslation();
  const format = useFormat();
  const who = merge.goes.length > 0 ? merge.goes.join(" · ") : t("identity.another");
  return (
    <li>
      <div>
        <Badge tone={toneOf[merge.standing]}>{t(`identity.standing.${merge.standing}`)}</Badge>{" "}
        <span>{who}</span>
        <p className={styles.why}>
          {[format.say(merge.label), format.say(merge.told_by), format.day(merge.at)]
            .filter(Boolean)
            .join(" · ")}
        </p>
        {merge.problem ? <p className={styles.why}>{format.say(merge.problem)}</p> : null}
      </div>
      {merge.standing === "merged" || merge.standing === "given_up" ? <Undo merge={merge} /> : null}
    </li>
  );
}

function Undo({ merge }: { merge: Merge }) {
  const { t } = useTranslation();
  const format = useFormat();
  const language = useLanguage();
  const { modal } = App.useApp();
  const queries = useQueryClient();
  const undo = useMutation({
    mutationFn: () => undoMerge(merge.merge_id),
    onSettled: () => queries.invalidateQueries({ queryKey: ["profiles"] }),
    onError: (error) => {
      const words = errorWords(error, language, t("common.unknownError"));
      modal.error({ title: words.what, content: words.next, okText: t("common.close") });
    },
  });
  const ask = () =>
    modal.confirm({
      title: t("identity.undoTitle"),
      content: format.say(merge.consequence),
      icon: null,
      okText: t("identity.undo"),
      cancelText: t("common.notYet"),
      onOk: () => undo.mutateAsync().catch(() => undefined),
    });
  return (
    <Button size="small" onClick={ask} loading={undo.isPending}>
      {t("identity.undo")}
    </Button>
  );
}
