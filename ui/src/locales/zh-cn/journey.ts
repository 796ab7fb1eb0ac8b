export const journey = {
  title: "旅程",
  lead: "每个节点到过多少人、现在停着多少人、发出的打开了多少。",
  choose: "选择旅程",
  none: "还没有旅程",
  version: "{{name}} · 第 {{version}} 版",
  flow: "{{entered}} 人进入，{{inside}} 人还在里面，{{goal}} 人达成目标离开。",
  node: "节点",
  arrived: "到过",
  waiting: "停着",
  sent: "发出",
  opened: "打开",
  clicked: "点击",
};
