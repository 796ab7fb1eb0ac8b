/** One source: its address, what to paste, what it brought; retire it or pull it now. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Facts } from "@/shared/parts/facts";
import { ErrorNote } from "@/shared/parts/shown";
import { SideDrawer } from "@/shared/parts/side-drawer";
import { useFormat } from "@/shared/words/use-format";
import { retire, type SourceRow } from "../api/data";
import { Copied } from "./copied";
import styles from "./data.module.css";
import { DatabaseEdit } from "./database-edit";
import { DatabasePulls } from "./database-pulls";
import { Snippets } from "./snippets";
import { useSourceName } from "./source-list";

interface SourceDrawerProps {
  source: SourceRow | undefined;
  ownKey: string;
  /** Whether it is being changed; only a database is changed here. */
  editing: boolean;
  onEdit(editing: boolean): void;
  onClose(): void;
}

export function SourceDrawer(props: SourceDrawerProps) {
  const { t } = useTranslation();
  const { source, onClose } = props;
  const name = useSourceName();
  const edited = source?.kind === "database" && source.defined && props.editing ? source : undefined;
  const title = source ? name(source) : "";
  return (
    <SideDrawer
      open={source !== undefined}
      onClose={onClose}
      title={edited ? t("source.editTitle", { name: title }) : title}
      side="right"
    >
      {edited ? (
        <DatabaseEdit sourceId={edited.source_id} onClose={() => props.onEdit(false)} />
      ) : source ? (
        <Source {...props} source={source} />
      ) : null}
    </SideDrawer>
  );
}

function Source({ source, ownKey, onEdit, onClose }: SourceDrawerProps & { source: SourceRow }) {
  const { t } = useTranslation();
  return (
    <div className={styles.form}>
      {source.kind === "database" ? null : <Lately source={source} />}
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
      {source.kind === "database" ? <DatabasePulls source={source} onEdit={() => onEdit(true)} /> : null}
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
