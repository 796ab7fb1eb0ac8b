import { account, audit, role } from "./zh-cn/account";
import { asset } from "./zh-cn/asset";
import { audience, people } from "./zh-cn/audience";
import { board } from "./zh-cn/board";
import { calendar } from "./zh-cn/calendar";
import { campaign, ledger } from "./zh-cn/campaign";
import { content } from "./zh-cn/content";
import { data } from "./zh-cn/data";
import { coupon, deliver } from "./zh-cn/deliver";
import { destination, list } from "./zh-cn/destination";
import { draft } from "./zh-cn/draft";
import { erasure } from "./zh-cn/erasure";
import { home } from "./zh-cn/home";
import { identity } from "./zh-cn/identity";
import { journey } from "./zh-cn/journey";
import { live } from "./zh-cn/live";
import { member } from "./zh-cn/member";
import { model } from "./zh-cn/model";
import { page } from "./zh-cn/page";
import { imports, person } from "./zh-cn/person";
import { goal, launch, plan } from "./zh-cn/plan";
import { playbook } from "./zh-cn/playbook";
import { proposal } from "./zh-cn/proposal";
import { results } from "./zh-cn/results";
import { experiment, review, scorecard } from "./zh-cn/review";
import { search } from "./zh-cn/search";
import { rules, settings } from "./zh-cn/settings";
import { channel, chart, common, identifier, shell, signIn } from "./zh-cn/shell";
import { signal } from "./zh-cn/signal";
import { source } from "./zh-cn/source";
import { diagnosis, metrics, standing } from "./zh-cn/standing";
import { step } from "./zh-cn/step";
import { tag } from "./zh-cn/tag";
import { timing } from "./zh-cn/timing";
import { trial } from "./zh-cn/trial";
import { way } from "./zh-cn/way";
import { work } from "./zh-cn/work";

export default {
  account,
  audit,
  role,
  shell,
  signIn,
  common,
  chart,
  channel,
  content,
  draft,
  identifier,
  goal,
  launch,
  plan,
  standing,
  metrics,
  diagnosis,
  model,
  board,
  calendar,
  campaign,
  journey,
  live,
  ledger,
  asset,
  page,
  audience,
  people,
  person,
  data,
  home,
  erasure,
  identity,
  member,
  playbook,
  proposal,
  results,
  search,
  settings,
  rules,
  signal,
  step,
  source,
  import: imports,
  tag,
  coupon,
  deliver,
  timing,
  trial,
  way,
  work,
  destination,
  list,
  review,
  scorecard,
  experiment,
};
