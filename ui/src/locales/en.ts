import { account, audit, role } from "./en/account";
import { asset } from "./en/asset";
import { audience, people } from "./en/audience";
import { board } from "./en/board";
import { calendar } from "./en/calendar";
import { campaign, ledger } from "./en/campaign";
import { content } from "./en/content";
import { data } from "./en/data";
import { coupon, deliver } from "./en/deliver";
import { destination, list } from "./en/destination";
import { draft } from "./en/draft";
import { erasure } from "./en/erasure";
import { home } from "./en/home";
import { identity } from "./en/identity";
import { journey } from "./en/journey";
import { live } from "./en/live";
import { member } from "./en/member";
import { model } from "./en/model";
import { page } from "./en/page";
import { imports, person } from "./en/person";
import { goal, launch, plan } from "./en/plan";
import { playbook } from "./en/playbook";
import { proposal } from "./en/proposal";
import { results } from "./en/results";
import { experiment, review, scorecard } from "./en/review";
import { search } from "./en/search";
import { rules, settings } from "./en/settings";
import { channel, chart, common, identifier, shell, signIn } from "./en/shell";
import { signal } from "./en/signal";
import { source } from "./en/source";
import { diagnosis, metrics, standing } from "./en/standing";
import { step } from "./en/step";
import { tag } from "./en/tag";
import { timing } from "./en/timing";
import { trial } from "./en/trial";
import { way } from "./en/way";
import { work } from "./en/work";

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
