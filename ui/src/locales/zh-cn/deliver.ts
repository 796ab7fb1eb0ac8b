export const coupon = {
  listTitle: "券池",
  lead: "每个券池还剩多少、能发几天，发出去的有没有用。",
  toCampaigns: "看活动",
  none: "还没有券池",
  noneHow: "券码可以导入、按规则生成，或者所有人共用一个；在文案里写 {{code}} 就会发给每个人自己的那张。",
  from: { given: "导入的券码", generated: "自动生成", shared: "共用券码" },
  left: "剩 {{amount}} 张",
  noLimit: "不限量",
  issued: "已发 {{amount}}",
  redeemed: "已核销 {{amount}}",
  expired: "已过期 {{amount}}",
  byOthers: "{{amount}} 次由别人核销",
  low: "快发完了",
  dry: "发完了",
  days: "按现在的速度还能发 {{days}} 天",
};

export const deliver = {
  stop: "一键停发",
  stopSure: "立刻停发全部营销？",
  stopWhat: "已排队的也不发，确认类消息照常；随时可以恢复。",
  allStands: "全部营销已停发",
  channelStands: "渠道 {{channel}} 已停发",
  waiting: "待发 {{messages}} 条",
  goOn: "恢复发送",
};
