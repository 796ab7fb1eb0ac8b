/** What people do about this customer: open work, what became of the rest, and notes. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Card } from "@/shared/parts/page";
import { ErrorNote, Shown } from "@/shared/parts/shown";
import { useFormat } from "@/shared/words/use-format";
import { personWorkOptions, writeNote } from "../api/work";
import { OpenWork } from "./open-work";
import styles from "./work.module.css";
import { WorkLine } from "./work-line";

export function PersonWork({ profileId }: { profileId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const found = useQuery(personWorkOptions(profileId));
  return (
    <Card
      title={t("work.aroundPerson")}
      aside={
        <span className={styles.aside}>
          <OpenWork kind="task" person={profileId} /> <OpenWork kind="ticket" person={profileId} />
        </span>
      }
    >
      <Shown query={found} lines={3}>
        {({ works, notes }) => (
          <>
            {works.length > 0 ? (
              <ul className={styles.list}>
                {works.map((each) => (
                  <WorkLine key={each.id} work={each} to={`/tasks/${each.id}`} />
                ))}
              </ul>
            ) : (
              <p className={styles.quiet}>{t("work.nothingAround")}</p>
            )}
            {notes.map((note) => (
              <p key={note.id} className={styles.noted}>
                {note.text}
                <span className={styles.quiet}>
                  {format.say(note.by)} · {format.moment(note.at)}
                </span>
              </p>
            ))}
            <WriteNote profileId={profileId} />
          </>
        )}
      </Shown>
    </Card>
  );
}

function WriteNote({ profileId }: { profileId: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [text, setText] = useState("");
  const write = useMutation({
    mutationFn: () => writeNote(profileId, text),
    onSuccess: async () => {
      setText("");
      await queries.invalidateQueries({ queryKey: ["work", "person", profileId] });
    },
  });
  return (
    <div className={styles.tools}>
      {write.isError ? <ErrorNote error={write.error} /> : null}
      <Input.TextArea
        aria-label={t("work.writeNote")}
        placeholder={t("work.writeNote")}
        autoSize={{ minRows: 1, maxRows: 4 }}
        maxLength={4000}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Button disabled={!text.trim()} loading={write.isPending} onClick={() => write.mutate()}>
        {t("work.keepNote")}
      </Button>
    </div>
  );
}
