/** What comes of the share that went first, beside the limits, and how many wait for it. */
import { Button, Popconfirm } from "antd";
import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "@/shared/parts/note";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import { type Live, useOrder } from "../api/live";
import styles from "./live.module.css";

type Canary = NonNullable<Live["canary"]>;

const TONES: Record<Canary["standing"], Tone> = {
  waits: "decide",
  passes: "good",
  passed: "good",
  stops: "harm",
};

export function CanaryCard({ campaign, canary }: { campaign: string; canary: Canary }) {
  const { t } = useTranslation();
  const format = useFormat();
  const order = useOrder(campaign);
  const sent = format.people(canary.sent);
  return (
    <Card title={t("live.canary.title")}>
      <p>
        <Badge tone={TONES[canary.standing]}>{t(`live.canary.${canary.standing}`)}</Badge>{" "}
        {canary.behind > 0
          ? t("live.canary.behind", { sent, behind: format.people(canary.behind) })
          : t("live.canary.sent", { sent })}
        {canary.standing === "waits" && canary.decides_at
          ? ` ${t("live.canary.decides", { at: format.moment(canary.decides_at) })}`
          : ""}
      </p>
      {canary.standing === "passed" ? null : (
        <ul className={styles.gauges}>
          {canary.signs.map((sign) => (
            <li key={sign.name.en}>
              <span className={styles.gaugeName}>{format.say(sign.name)}</span>
              <span className={styles.gaugeWords}>
                {t("live.canary.sign", {
                  count: format.people(sign.count),
                  share: format.percent(canary.sent ? sign.count / canary.sent : 0, 1),
                  limit: format.percent(sign.limit, 1),
                })}
              </span>
            </li>
          ))}
        </ul>
      )}
      {canary.standing === "waits" ? (
        <>
          <p className={styles.gaugeWords}>{t("live.canary.how")}</p>
          <Popconfirm
            title={t("live.canary.sure", { behind: format.people(canary.behind) })}
            okText={t("live.canary.follow")}
            cancelText={t("common.notYet")}
            onConfirm={() => order.mutate("continue")}
          >
            <Button loading={order.isPending}>{t("live.canary.follow")}</Button>
          </Popconfirm>
        </>
      ) : null}
    </Card>
  );
}
