/** Where this audience is handed to: how the last run of each went, and a run now. `?destination` adds one. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Popconfirm } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { Views } from "@/shared/api/client";
import { Note } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { ErrorNote, Shown } from "@/shared/parts/shown";
import { SideDrawer } from "@/shared/parts/side-drawer";
import { saveFile } from "@/shared/save-file";
import { useFormat } from "@/shared/words/use-format";
import {
  type Destination,
  destinationsOptions,
  exportCsv,
  retireDestination,
  runDestination,
} from "../api/destinations";
import type { Words } from "../atoms/atom";
import { DestinationForm } from "./destination-form";
import styles from "./destinations.module.css";

interface DestinationsProps {
  audience: Views["Audience"];
  words: Words;
}

export function Destinations({ audience, words }: DestinationsProps) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const destinations = useQuery(destinationsOptions(audience.audience_id));
  const csv = useMutation({
    mutationFn: () => exportCsv(audience.audience_id),
    onSuccess: (file) => saveFile(file, `${audience.name}.csv`),
  });
  const close = () => setSearch({}, { preventScrollReset: true });
  return (
    <Card title={t("destination.title")}>
      <p className={styles.lead}>{t("destination.lead")}</p>
      <Shown query={destinations} lines={2}>
        {({ destinations: rows }) => (
          <ul className={styles.rows}>
            {rows.map((row) => (
              <DestinationRow key={row.destination_id} row={row} />
            ))}
          </ul>
        )}
      </Shown>
      <span className={styles.actions}>
        <Button onClick={() => setSearch({ destination: "new" }, { preventScrollReset: true })}>
          {t("destination.new")}
        </Button>
        <Button type="text" loading={csv.isPending} onClick={() => csv.mutate()}>
          {t("destination.csv")}
        </Button>
      </span>
      {csv.isError ? <ErrorNote error={csv.error} /> : null}
      <SideDrawer open={search.has("destination")} title={t("destination.new")} side="right" onClose={close}>
        <DestinationForm audience={audience} words={words} onSaved={close} />
      </SideDrawer>
    </Card>
  );
}

function DestinationRow({ row }: { row: Destination }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const again = () => queries.invalidateQueries({ queryKey: ["destinations"] });
  const run = useMutation({
    mutationFn: (whole: boolean) => runDestination(row.destination_id, whole),
    onSuccess: async ({ status, sent }) => {
      await again();
      const told = { sent: format.people(sent) };
      if (status === "done") void message.success(t("destination.ran", told));
      else void message.warning(t("destination.brokeOff", told));
    },
  });
  const retire = useMutation({ mutationFn: () => retireDestination(row.destination_id), onSuccess: again });
  return (
    <li>
      <strong>{row.name}</strong>
      <span className={styles.place}>
        {t(`destination.kinds.${row.kind}`)} {row.place} · {useSchedule(row)}
      </span>
      <LastRun run={row.last} />
      {run.isError ? <ErrorNote error={run.error} /> : null}
      {retire.isError ? <ErrorNote error={retire.error} /> : null}
      <span className={styles.actions}>
        <Button size="small" loading={run.isPending} onClick={() => run.mutate(false)}>
          {t("destination.run")}
        </Button>
        {row.last && row.changes ? (
          <Button size="small" type="text" disabled={run.isPending} onClick={() => run.mutate(true)}>
            {t("destination.whole")}
          </Button>
        ) : null}
        <Popconfirm
          title={t("destination.retireSure", { name: row.name })}
          okText={t("destination.retire")}
          onConfirm={() => retire.mutate()}
        >
          <Button size="small" type="text" loading={retire.isPending}>
            {t("destination.retire")}
          </Button>
        </Popconfirm>
      </span>
    </li>
  );
}

function useSchedule(row: Destination): string {
  const { t } = useTranslation();
  const format = useFormat();
  if (row.due_at === null || row.due_at === undefined) return t("destination.schedule.asked");
  const every = row.daily_at
    ? t("destination.schedule.daily", { at: row.daily_at })
    : t("destination.schedule.hours", { hours: row.every_hours });
  return `${every} · ${t("destination.next", { at: format.moment(row.due_at) })}`;
}

function LastRun({ run }: { run: Destination["last"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (!run) return <span className={styles.place}>{t("destination.never")}</span>;
  const told = { at: format.moment(run.at), sent: format.people(run.sent) };
  if (run.error) {
    return (
      <Note tone="harm" title={t("destination.failed", told)}>
        <p>{format.say(run.error)}</p>
      </Note>
    );
  }
  const counts = { entered: format.people(run.entered), left: format.people(run.left) };
  return <span>{t("destination.done", { ...told, ...counts })}</span>;
}
