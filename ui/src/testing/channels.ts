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

const EXPIRED: components["schemas"]["ChannelPause"] = {
  trouble: "credentials",
  code: "SignatureDoesNotMatch",
  why: {
    zh: "服务商不认这组凭证：过期、被重置或填错了",
    en: "the provider does not take these credentials",
  },
  next: {
    zh: "到“RAM 访问控制 → 用户 → AccessKey”取新的凭证填进来，保存后自动继续",
    en: "get new ones (RAM console: users, AccessKey) and put them in: it goes on by itself",
  },
  fields: ["access_key_id", "access_key_secret"],
  again: "2026-09-21T10:30:00+08:00",
  waiting: 3_120,
};

export const channelStanding: components["schemas"]["ChannelsStanding"] = {
  channels: [
    {
      channel: "sms",
      kind: "aliyun_sms",
      can_be_asked: true,
      in_doubt: 12,
      asked_next: null,
      quotas: [DAY],
      paused: EXPIRED,
    },
    {
      channel: "service-account",
      kind: "wechat_subscribe",
      can_be_asked: false,
      in_doubt: 0,
      asked_next: null,
      quotas: [{ ...DAY, count: 4, per: "month", each_person: true, kept: 0, used: 83, waiting: 0 }],
      paused: null,
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

const DAYS = { zh: "7–10 个工作日", en: "seven to ten working days" };
const AT_ONCE = { zh: "几分钟", en: "minutes" };
const STEP = { credentials: false, callback: false, fields: [] };

export const channelSetup: components["schemas"]["ChannelSetup"] = {
  channel_id: "sms",
  kind: "aliyun_sms",
  name: { zh: "阿里云短信", en: "SMS by Alibaba Cloud" },
  missing: ["callback_token"],
  callback_path: "/callbacks/sms/{callback_token}",
  steps: [
    {
      ...STEP,
      what: {
        zh: "审核通过并完成运营商实名报备的签名",
        en: "an approved signature that is filed with the carriers",
      },
      where: { zh: "短信服务 → 国内消息 → 签名管理", en: "SMS, domestic, signatures" },
      takes: DAYS,
      standing: "done",
      fields: ["sign_name"],
    },
    {
      ...STEP,
      what: { zh: "状态报告和上行回复的接收地址", en: "the address for receipts and replies" },
      where: { zh: "短信服务 → 通用设置 → HTTP 批量推送", en: "SMS, settings, HTTP push" },
      takes: AT_ONCE,
      standing: "missing",
      fields: ["callback_token"],
      callback: true,
    },
    {
      ...STEP,
      what: { zh: "营销模板结尾写“拒收请回复R”", en: "marketing templates that end in an opt-out" },
      where: { zh: "短信控制台 → 模板管理", en: "the SMS console, templates" },
      takes: AT_ONCE,
      standing: "by_hand",
    },
  ],
};
