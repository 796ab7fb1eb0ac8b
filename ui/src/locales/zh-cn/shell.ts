export const shell = {
  navigation: "主导航",
  skip: "跳到正文",
  home: "首页",
  goals: "目标与计划",
  goalsShort: "目标",
  campaigns: "活动",
  customers: "客户",
  contents: "内容与渠道",
  results: "效果",
  more: "更多",
  language: "语言",
  appearance: "外观",
  light: "浅色",
  dark: "深色",
  system: "跟随系统",
  signOut: "退出登录",
  degraded: "有进程没有回应：{{names}}。数据不会丢，数字可能不是最新的。",
  readOnly: "磁盘快满了，暂时只能看、不能改。腾出空间后会自动恢复。",
  manualClock: "测试时钟：现在是 {{at}}",
  lost: "这个地址没有内容",
  broken: "页面出错了，数据没有受影响",
};

export const signIn = {
  login: "邮箱或登录名",
  password: "密码",
  code: "验证码（6 位数，或一个恢复码）",
  single: "用 {{name}} 登录",
  byToken: "用管理令牌",
  again: "请重新登录",
  againWhy: "登录已过期。你填的内容还在，登录后再保存一次就好。",
  leave: "放弃这一页，回到登录",
  title: "登录 Liftloop",
  lead: "粘贴管理令牌。它只保存在这个标签页里，关闭后就会清除。",
  token: "管理令牌",
  where: "第一次启动时写在",
  enter: "进入",
};

export const common = {
  leaveSure: "有改动还没保存，离开就没有了",
  leave: "离开",
  stay: "留下",
  loading: "正在读取",
  asOf: "部分数字截至 {{at}}，正在更新",
  retry: "再试一次",
  close: "知道了",
  notYet: "先不",
  details: "展开细节",
  unknownError: "出了意料之外的错误",
};

export const chart = {
  table: "看数据表",
};

export const channel = {
  sms: "短信",
  email: "邮件",
  wecom: "企业微信",
  wechat: "公众号",
  app_push: "App 推送",
  push: "App 推送",
  mini_program: "小程序",
  webhook: "Webhook",
  call: "电话",
  smtp: "邮件",
  batch: "批量通道",
};

export const identifier = {
  user_id: "会员号",
  customer_id: "客户号",
  anonymous_id: "匿名访客号",
  phone: "手机",
  email: "邮箱",
  unionid: "微信 UnionID",
  openid: "微信 OpenID",
  wecom_id: "企业微信客户号",
  device_id: "设备号",
  card_no: "会员卡号",
};
