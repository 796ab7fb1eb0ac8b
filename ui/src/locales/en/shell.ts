export const shell = {
  navigation: "Main navigation",
  skip: "Skip to the page",
  home: "Home",
  goals: "Goals and plans",
  goalsShort: "Goals",
  campaigns: "Campaigns",
  customers: "Customers",
  contents: "Contents",
  results: "Results",
  more: "More",
  language: "Language",
  appearance: "Appearance",
  light: "Light",
  dark: "Dark",
  system: "As the system",
  signOut: "Sign out",
  degraded: "Not answering: {{names}}. Nothing is lost, but figures may not be current.",
  readOnly: "The disk is almost full: you can look but not change. It recovers by itself once there is room.",
  manualClock: "Test clock: it is now {{at}}",
  lost: "There is nothing at this address",
  broken: "This page broke; your data are not affected",
};

export const signIn = {
  login: "Mail address or login",
  password: "Password",
  code: "Code (six digits, or a recovery code)",
  single: "Continue with {{name}}",
  byToken: "Use the admin token",
  again: "Please sign in again",
  againWhy: "Your sign-in has run out. What you typed is still here; sign in and save it again.",
  leave: "Leave this page instead",
  title: "Sign in to Liftloop",
  lead: "Paste the admin token. It is kept in this tab only and gone when you close it.",
  token: "Admin token",
  where: "The first start wrote it to",
  enter: "Enter",
};

export const common = {
  leaveSure: "There are changes that are not saved; leaving drops them",
  leave: "Leave",
  stay: "Stay",
  loading: "Loading",
  asOf: "Some figures are as of {{at}}; newer ones are being counted",
  retry: "Try again",
  close: "Close",
  notYet: "Not yet",
  details: "Show details",
  unknownError: "Something unexpected went wrong",
};

export const chart = {
  table: "Show as a table",
};

export const channel = {
  sms: "SMS",
  email: "E-mail",
  wecom: "WeCom",
  wechat: "WeChat account",
  app_push: "App push",
  push: "App push",
  mini_program: "Mini-program",
  webhook: "Webhook",
  call: "Phone call",
  smtp: "E-mail",
  batch: "Batch channel",
};

export const identifier = {
  user_id: "Member number",
  customer_id: "Customer number",
  anonymous_id: "Anonymous id",
  phone: "Phone",
  email: "E-mail",
  unionid: "WeChat UnionID",
  openid: "WeChat OpenID",
  wecom_id: "WeCom customer id",
  device_id: "Device",
  card_no: "Member card",
};
