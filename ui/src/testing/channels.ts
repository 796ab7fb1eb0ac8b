/** Channels as they stand: one with quotas, one whose provider has not answered for some messages. */
import type { components } from "@/shared/api/schema";

type Quota = components["schemas"]["QuotaUse"];

const DAY: Quota = {
  count: 20_000,
  per: "day",
  each_person: false,
  over: "wait",
  kept: 500,
  used: 19_500,
  waiting: 3_200,
  again: "2026-09-22T00:00:00+08:00",
};

export const channelStanding: components["schemas"]["ChannelsStanding"] = {
  channels: [
    { channel: "sms", kind: "aliyun_sms", can_be_asked: true, in_doubt: 12, asked_next: null, quotas: [DAY] },
    {
      channel: "service-account",
      kind: "wechat_subscribe",
      can_be_asked: false,
      in_doubt: 0,
      asked_next: null,
      quotas: [{ ...DAY, count: 4, per: "month", each_person: true, kept: 0, used: 83, waiting: 0 }],
    },
  ],
};

export const asked: components["schemas"]["AskedProvider"] = {
  asked: 12,
  sent: 11,
  failed: 1,
  open: 0,
  given_up: 0,
  reason: "",
};
