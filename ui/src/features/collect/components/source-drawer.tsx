/** One source: its address, what to paste, what it brought; retire it or pull it now. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Facts } from "@/shared/parts/facts";
import { Note } from "@/shared/parts/note";
import { ErrorNote } from "@/shared/parts/shown";
import { SideDrawer } from "@/shared/parts/side-drawer";
import { useFormat } from "@/shared/words/use-format";
import { pullNow, retire, type SourceRow } from "../api/data";
import { Copied } from "./copied";
import styles from "./data.module.css";
import { Snippets } from "./snippets";
import { useSourceName } from "./source-list";

interface SourceDrawerProps {
  source: SourceRow | undefined;
  ownKey: string;
  onClose(): void;
}

export function SourceDrawer({ source, ownKey, onClose }: SourceDrawerProps) {
  const name = useSourceName();
  return (
    <SideDrawer open={source !== undefined} onClose={onClose} title={source ? name(source) : ""} side="right">
      {source ? <Source source={source} ownKey={ownKey} onClose={onClose} /> : null}
    </SideDrawer>
  );
}

function Source({ source, ownKey, onClose }: { source: SourceRow; ownKey: string; onClose(): void }) {
  const { t } = useTranslation();
  return (
    <div className={styles.form}>
      <Lately source={source} />
      {source.address && source.kind !== "tracking" ? (
        <Copied text={`${location.origin}${source.address}`} label={t("data.address")} />
      ) : null}
      {source.kind === "form" && source.defined ? (
        <Link to={`/data/forms/${encodeURIComponent(source.source_id.replace(/^form:/, ""))}`}>
          {t("data.editForm")}
        </Link>
      ) : null}
      {source.source_id === "write" ? <Snippets writeKey={ownKey} /> : null}
      {source.key_hint ? <p className={styles.quiet}>{t("data.keyEnds", { end: source.key_hint })}</p> : null}
      {source.kind === "webhook" ? <p className={styles.quiet}>{t("data.signing")}</p> : null}
      {source.kind === "database" ? <Pull source={source} /> : null}
      {source.defined ? <Retire source={source} onClose={onClose} /> : null}
    </div>
  );
}

function Lately({ source }: { source: SourceRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  const facts = [
    { name: t("data.eventsWeek"), value: format.people(source.events_week) },
    { name: t("data.refusedWeek"), value: format.people(source.refused_week) },
    { name: t("data.repeatedWeek"), value: format.people(source.repeated_week) },
    {
      name: t("data.recognisedShare"),
      value: source.recognised === null ? "—" : format.percent(source.recognised, 0),
    },
  ];
  return <Facts facts={facts} />;
}

function Pull({ source }: { source: SourceRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const pull = useMutation({
    mutationFn: () => pullNow(source.source_id),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["data"] }),
  });
  const last = source.pulled_at
    ? t("data.pulledAt", { at: format.moment(source.pulled_at), watermark: source.watermark ?? "" })
    : t("data.neverPulled");
  const every = source.every_minutes ? t("data.every", { minutes: source.every_minutes }) : t("data.byHand");
  return (
    <>
      <p className={styles.quiet}>{`${last} ${every}`}</p>
      {pull.isError ? <ErrorNote error={pull.error} /> : null}
      {pull.data ? (
        <Note tone="good" title={t("data.pulled", { rows: format.people(pull.data.rows) })} role="status" />
      ) : null}
      <div className={styles.buttons}>
        <Button type="primary" loading={pull.isPending} onClick={() => pull.mutate()}>
          {t("data.pullNow")}
        </Button>
      </div>
    </>
  );
}

function Retire({ source, onClose }: { source: SourceRow; onClose(): void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { modal } = App.useApp();
  const name = useSourceName()(source);
  const [kind, identity] =
    source.kind === "form" ? ["form", source.source_id.replace(/^form:/, "")] : ["source", source.source_id];
  const end = useMutation({
    mutationFn: () => retire(kind, identity),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["data"] });
      onClose();
    },
  });
  const ask = () =>
    modal.confirm({
      title: t("data.retireTitle", { name }),
      content: t("data.retireMeans"),
      okText: t("data.retire"),
      cancelText: t("common.notYet"),
      okButtonProps: { danger: true },
      onOk: () => end.mutateAsync().catch(() => undefined),
    });
  return (
    <>
      {end.isError ? <ErrorNote error={end.error} /> : null}
      <div className={styles.buttons}>
        <Button danger onClick={() => void ask()}>
          {t("data.retire")}
        </Button>
      </div>
    </>
  );
}
