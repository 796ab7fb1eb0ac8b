/** Every channel with its quotas and how far they are used, and with what its provider has not answered. */
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Card } from "@/shared/parts/page";
import { useFormat } from "@/shared/words/use-format";
import { type ChannelStanding, channelStandingOptions, useAskProvider } from "../api/channels";
import { ChannelPause } from "./channel-pause";
import { ChannelSetup } from "./channel-setup";
import styles from "./pool-list.module.css";
import { QuotaForm } from "./quota-form";

export function ChannelList() {
  const { t } = useTranslation();
  const standing = useQuery(channelStandingOptions());
  if (!standing.data?.channels.length) return null;
  return (
    <Card title={t("deliver.channels")}>
      <ul className={styles.list}>
        {standing.data.channels.map((each) => (
          <ChannelLine key={each.channel} channel={each} />
        ))}
      </ul>
    </Card>
  );
}

function ChannelLine({ channel }: { channel: ChannelStanding }) {
  const { t } = useTranslation();
  const format = useFormat();
  const ask = useAskProvider();
  const [checking, setChecking] = useState(false);
  const [limiting, setLimiting] = useState(false);
  const doubt = channel.in_doubt > 0;
  return (
    <li>
      <div>
        <strong>{channel.channel}</strong>
        {channel.quotas.map((quota) => (
          <span key={`${quota.per}${quota.each_person}`} className={styles.said}>
            {t(`deliver.quota.${quota.each_person ? "person" : "channel"}.${quota.per}`, {
              used: format.people(quota.used),
              of: format.people(quota.count),
            })}
            {quota.waiting > 0
              ? ` · ${t("deliver.quotaWaits", { messages: format.people(quota.waiting) })}`
              : ""}
          </span>
        ))}
        <span className={styles.said}>
          {doubt
            ? t("deliver.inDoubt", { messages: format.people(channel.in_doubt) })
            : t("deliver.answered")}
        </span>
        {ask.data ? (
          <span className={styles.said} role="status">
            {t("deliver.asked", { sent: ask.data.sent, failed: ask.data.failed, open: ask.data.open })}
          </span>
        ) : null}
      </div>
      <div className={styles.side}>
        <Button onClick={() => setChecking(true)}>{t("deliver.setup.open")}</Button>
        <Button onClick={() => setLimiting(true)}>{t("deliver.quotaForm.open")}</Button>
      </div>
      <ChannelSetup channel={channel.channel} open={checking} onClose={() => setChecking(false)} />
      {limiting ? <QuotaForm channel={channel} onClose={() => setLimiting(false)} /> : null}
      {doubt && channel.can_be_asked ? (
        <Button onClick={() => ask.mutate(channel.channel)} loading={ask.isPending}>
          {t("deliver.ask")}
        </Button>
      ) : null}
      {channel.paused ? (
        <div className={styles.whole}>
          <ChannelPause channel={channel.channel} pause={channel.paused} />
        </div>
      ) : null}
    </li>
  );
}
