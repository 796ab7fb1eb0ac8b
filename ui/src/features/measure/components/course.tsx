/** The hand on a running campaign: pause it, let it go on, stop it; and why it stands still where it does. */
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { Note } from "@/shared/parts/note";
import { errorWords } from "@/shared/words/errors";
import { useLanguage } from "@/shared/words/language";
import { useFormat } from "@/shared/words/use-format";
import { type Live, type Order, useOrder } from "../api/live";
import styles from "./live.module.css";

export function Course({ live }: { live: Live }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { modal } = App.useApp();
  const order = useOrder(live.campaign_id);
  const give = (which: Order) =>
    order.mutateAsync(which).catch((error: unknown) => {
      const words = errorWords(error, language, t("common.unknownError"));
      modal.error({ title: words.what, content: words.next, okText: t("common.close") });
    });
  const askToStop = () =>
    modal.confirm({
      title: t("live.stopTitle"),
      content: t("live.stopBody"),
      icon: null,
      okText: t("live.stop"),
      okButtonProps: { danger: true },
      cancelText: t("common.notYet"),
      onOk: () => give("stop"),
    });
  if (live.state === "done") return null;
  return (
    <span className={styles.course}>
      {live.state === "stopped" ? null : (
        <Button type="text" onClick={askToStop}>
          {t("live.stop")}
        </Button>
      )}
      {live.state === "running" ? (
        <Button loading={order.isPending} onClick={() => give("pause")}>
          {t("live.pause")}
        </Button>
      ) : (
        <Button type="primary" loading={order.isPending} onClick={() => give("continue")}>
          {t("live.continue")}
        </Button>
      )}
    </span>
  );
}

export function StandsStill({ live }: { live: Live }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (live.state === "stopped") return <Note tone="plain" title={t("live.stopped")} />;
  if (live.paused === null) return null;
  return (
    <Note tone="decide" title={format.say(live.paused)} role="alert">
      <p>{t("live.held_back")}</p>
    </Note>
  );
}
