/** The quotas of a channel: how many messages in which time, in all or for one person, and what becomes of the rest. */
import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, InputNumber, Modal, Select } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorNote } from "@/shared/parts/shown";
import { type ChannelStanding, type QuotaGiven, useQuotas } from "../api/channels";
import styles from "./channel-pause.module.css";

const COUNT_MAX = 100_000_000;
const PERS = ["hour", "day", "month"] as const;
const OVERS = ["wait", "refuse"] as const;
const FRESH: QuotaGiven = { count: 1_000, per: "day", each_person: false, over: "wait", kept: 0 };

interface QuotaFormProps {
  channel: ChannelStanding;
  onClose(): void;
}

export function QuotaForm({ channel, onClose }: QuotaFormProps) {
  const { t } = useTranslation();
  const id = useId();
  const save = useQuotas();
  const [quotas, setQuotas] = useState<QuotaGiven[]>(() =>
    channel.quotas.map(({ count, per, each_person, over, kept }) => ({
      count,
      per,
      each_person,
      over,
      kept,
    })),
  );
  const change = (at: number, more: Partial<QuotaGiven>) =>
    setQuotas(quotas.map((each, place) => (place === at ? { ...each, ...more } : each)));
  return (
    <Modal
      open
      title={t("deliver.quotaForm.title", { channel: channel.channel })}
      okText={t("deliver.quotaForm.save")}
      cancelText={t("common.notYet")}
      confirmLoading={save.isPending}
      onOk={() => save.mutate({ channel: channel.channel, quotas }, { onSuccess: onClose })}
      onCancel={onClose}
    >
      <p>{t("deliver.quotaForm.lead")}</p>
      <ul className={styles.quotas}>
        {quotas.map((quota, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: quotas have no names, and two may be alike.
          <li key={at}>
            <Select
              aria-label={t("deliver.quotaForm.whose")}
              value={quota.each_person ? "person" : "all"}
              options={(["all", "person"] as const).map((value) => ({
                value,
                label: t(`deliver.quotaForm.${value}`),
              }))}
              onChange={(whose) => change(at, { each_person: whose === "person" })}
            />
            <Select
              aria-label={t("deliver.quotaForm.per")}
              value={quota.per}
              options={PERS.map((value) => ({ value, label: t(`deliver.quotaForm.${value}`) }))}
              onChange={(per) => change(at, { per })}
            />
            <InputNumber<number>
              aria-label={t("deliver.quotaForm.count")}
              suffix={t("deliver.quotaForm.count")}
              min={1}
              max={COUNT_MAX}
              precision={0}
              value={quota.count}
              onChange={(count) => change(at, { count: count ?? 1 })}
            />
            {quota.each_person ? null : (
              <>
                <Select
                  aria-label={t("deliver.quotaForm.over")}
                  value={quota.over}
                  options={OVERS.map((value) => ({ value, label: t(`deliver.quotaForm.${value}`) }))}
                  onChange={(over) => change(at, { over })}
                />
                <label htmlFor={`${id}${at}`}>{t("deliver.quotaForm.kept")}</label>
                <InputNumber<number>
                  id={`${id}${at}`}
                  min={0}
                  max={quota.count}
                  precision={0}
                  value={quota.kept}
                  onChange={(kept) => change(at, { kept: kept ?? 0 })}
                />
              </>
            )}
            <Button
              size="small"
              icon={<CloseOutlined />}
              onClick={() => setQuotas(quotas.filter((_, place) => place !== at))}
            >
              {t("deliver.quotaForm.remove")}
            </Button>
          </li>
        ))}
      </ul>
      {quotas.length === 0 ? <p>{t("deliver.quotaForm.none")}</p> : null}
      <Button icon={<PlusOutlined />} onClick={() => setQuotas([...quotas, FRESH])}>
        {t("deliver.quotaForm.add")}
      </Button>
      {save.error ? <ErrorNote error={save.error} /> : null}
    </Modal>
  );
}
