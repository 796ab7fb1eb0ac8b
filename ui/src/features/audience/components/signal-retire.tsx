/** Ends a signal, once nothing asks for it; until then it says who does. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { Note } from "@/shared/parts/note";
import { ErrorNote } from "@/shared/parts/shown";
import { retireSignal, type SignalUse } from "../api/signals";
import styles from "./signal-list.module.css";

/** Where a definition that uses a signal can be changed; of the others the app has no page of their own. */
const PLACES: Partial<Record<SignalUse["kind"], (id: string) => string>> = {
  audience: (id) => `/audiences/${encodeURIComponent(id)}`,
  campaign: (id) => `/campaigns/${encodeURIComponent(id)}`,
  signal: (id) => `/signals?signal=${encodeURIComponent(id)}`,
  tag: (id) => `/tags?tag=${encodeURIComponent(id)}`,
};

export function SignalRetire({ id, name, usedIn }: { id: string; name: string; usedIn: SignalUse[] }) {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const end = useMutation({
    mutationFn: () => retireSignal(id),
    onSuccess: async () => {
      void navigate("/signals", { preventScrollReset: true });
      await queries.invalidateQueries({ queryKey: ["signals"] });
      void message.success(t("signal.retired", { name }));
    },
  });
  const ask = () =>
    modal.confirm({
      title: t("signal.retireTitle", { name }),
      content: t("signal.retireMeans"),
      okText: t("signal.retire"),
      cancelText: t("common.notYet"),
      okButtonProps: { danger: true },
      onOk: () => end.mutateAsync().catch(() => undefined),
    });
  if (usedIn.length > 0) {
    return (
      <Note tone="plain" title={t("signal.usedIn", { count: usedIn.length })}>
        <ul className={styles.uses}>
          {usedIn.map((use) => {
            const place = PLACES[use.kind]?.(use.id);
            return (
              <li key={`${use.kind}/${use.id}`}>
                {t(`signal.usedBy.${use.kind}`)} {place ? <Link to={place}>{use.name}</Link> : use.name}
              </li>
            );
          })}
        </ul>
      </Note>
    );
  }
  return (
    <>
      {end.isError ? <ErrorNote error={end.error} /> : null}
      <div>
        <Button onClick={() => void ask()}>{t("signal.retire")}</Button>
      </div>
    </>
  );
}
