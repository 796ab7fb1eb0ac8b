/** Answers the API from built data, in memory: for development, page tests and pictures without a server. */

import type { Views } from "@/shared/api/client";
import { flat, fresh, ledgerOf, reportOf, running } from "./campaigns.ts";
import { asked, channelSetup, channelStanding } from "./channels.ts";
import { contentRoutes } from "./contents.ts";
import { couponRoutes } from "./coupons.ts";
import { provedRoutes } from "./experiments.ts";
import { audiences } from "./first-data.ts";
import { handoverRoutes } from "./handover.ts";
import { homeRoutes } from "./home.ts";
import { identityRoutes } from "./identity.ts";
import { MockJourneys } from "./journeys.ts";
import { liveRoutes } from "./live.ts";
import { belongs, overlapOf, previewOf, type Saved } from "./membership.ts";
import { administrator, found, health, json, notFound, Refusal, stranger } from "./mock-answers.ts";
import { MockData } from "./mock-data.ts";
import { MockImports } from "./mock-imports.ts";
import { MockPlans } from "./mock-plans.ts";
import { overviewRoutes } from "./overview.ts";
import { playbookRoutes } from "./playbooks.ts";
import { profileOf, whyOf } from "./profiles.ts";
import { proposalRoutes } from "./proposals.ts";
import { resultsRoutes } from "./results.ts";
import { settingRoutes } from "./rules.ts";
import { understoodOf } from "./sentences.ts";
import { daysAgo, type Member, makeMembers, NOW, noWords, personRow, vocabulary } from "./shop.ts";
import { signalRoutes } from "./signals.ts";
import { tagDirectory } from "./tags.ts";
import { workRoutes } from "./work.ts";

export const MOCK_TOKEN = "demo-token";
const MEMBERS = 2_000;
const PAGE = 50;
type Handler = (asked: Asked) => unknown | Promise<unknown>;

export interface Asked {
  ids: string[];
  query: URLSearchParams;
  request: Request;
}

export class MockServer {
  private readonly members: Member[];
  private readonly plans: MockPlans;
  private readonly campaigns: Views["Campaign"][];
  private readonly audiences: (Saved & { version: number })[];
  private readonly imports = new MockImports();
  private readonly routes: [method: string, path: RegExp, handler: Handler][];

  /** `empty` is an installation on its first day: no people, no plans, nothing. */
  constructor({ empty = false }: { empty?: boolean } = {}) {
    this.members = empty ? [] : makeMembers(MEMBERS);
    this.campaigns = empty ? [] : [running, fresh, flat];
    this.plans = new MockPlans(empty, (plan) => this.launch(plan));
    this.audiences = empty ? [] : [...audiences];
    const data = new MockData(empty);
    const path = (pattern: string) => new RegExp(`^/api${pattern.replaceAll(":id", "([^/]+)")}$`);
    const journeys = new MockJourneys(empty, (body) => data.publish(body)).routes(path);
    this.routes = [...journeys, ...this.makeRoutes(), ...data.routes()];
  }

  async answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    if (request.headers.get("authorization") !== `Bearer ${MOCK_TOKEN}`) {
      if (request.method === "GET" && url.pathname === "/api/session") return json(stranger, 200);
      return json(
        new Refusal(
          401,
          "unknown_token",
          "这个令牌不对",
          "This token is not right",
          "到数据文件夹里的 admin.token 复制完整的一行",
        ).view,
        401,
      );
    }
    for (const [method, path, handler] of this.routes) {
      const match = path.exec(url.pathname);
      if (method !== request.method || match === null) continue;
      try {
        const answer = await handler({
          ids: match.slice(1).map(decodeURIComponent),
          query: url.searchParams,
          request,
        });
        return answer instanceof Response ? answer : json(answer, 200);
      } catch (error) {
        if (error instanceof Refusal) return json(error.view, error.status);
        throw error;
      }
    }
    return json(notFound().view, 404);
  }

  private makeRoutes(): [string, RegExp, Handler][] {
    const path = (pattern: string) => new RegExp(`^/api${pattern.replaceAll(":id", "([^/]+)")}$`);
    return [
      ["GET", path("/health"), () => health(this.members.length)],
      ["GET", path("/session"), () => administrator],
      ["DELETE", path("/session"), () => ({ done: true })],
      ["GET", path("/stops"), () => ({ standing: [], waiting: 0 })],
      ["GET", path("/channels/standing"), () => channelStanding],
      ["POST", path("/channels/:id/ask"), () => asked],
      ["POST", path("/channels/:id/credentials"), () => ({ version: 2 })],
      ["GET", path("/channels/:id/setup"), () => channelSetup],
      ["PUT", path("/channels/:id/quotas"), () => ({ version: 2 })],
      ["POST", path("/channels/:id/resume"), () => ({ paused: true })],
      ...couponRoutes(path, this.members.length === 0),
      ...this.plans.routes(path),
      ["GET", path("/campaigns/:id"), ({ ids }) => this.campaign(ids[0])],
      ["GET", path("/campaigns/:id/report"), ({ ids }) => reportOf(this.campaign(ids[0]))],
      ...resultsRoutes(this.members.length === 0),
      ...overviewRoutes(this.members),
      ...workRoutes(this.members.length === 0),
      ...proposalRoutes(this.members.length === 0),
      ...provedRoutes(this.members.length === 0, (id) => this.campaign(id)),
      ...liveRoutes(path, this.campaigns),
      ["GET", path("/campaigns/:id/ledger"), ({ ids }) => ledgerOf(this.campaign(ids[0]))],
      ["GET", path("/campaigns/:id/ledger/people"), ({ ids, query }) => this.ledgerPeople(ids[0], query)],
      [
        "GET",
        path("/audiences"),
        () => ({ audiences: this.audiences.map((each) => this.audienceRow(each)) }),
      ],
      ["POST", path("/audiences"), async ({ request }) => this.saveAudience(await request.json())],
      ["GET", path("/audiences/vocabulary"), () => (this.members.length === 0 ? noWords : vocabulary)],
      [
        "POST",
        path("/audiences/preview"),
        async ({ request }) => previewOf(this.members, (await request.json()).definition, this.audiences),
      ],
      [
        "POST",
        path("/audiences/understand"),
        async ({ request }) => understoodOf(((await request.json()) as Views["SentenceRequest"]).text),
      ],
      [
        "POST",
        path("/audiences/overlap"),
        async ({ request }) => overlapOf(this.members, await request.json(), this.audiences),
      ],
      ["GET", path("/audiences/:id"), ({ ids }) => this.audience(ids[0])],
      ["GET", path("/audiences/:id/people"), ({ ids, query }) => this.audiencePeople(ids[0], query)],
      ["GET", path("/tags"), () => (this.members.length === 0 ? { of: 0, tags: [] } : tagDirectory)],
      ["GET", path("/tags/:id/people"), ({ query }) => this.page(this.members.slice(0, PAGE), query, PAGE)],
      ["GET", path("/profiles"), ({ query }) => this.search(query.get("q") ?? "")],
      ["GET", path("/profiles/:id"), ({ ids }) => profileOf(this.member(ids[0]))],
      ...identityRoutes(path, this.members),
      ...signalRoutes(path, this.members),
      ...playbookRoutes(path),
      ...settingRoutes(path),
      ...contentRoutes(path, this.members),
      ...homeRoutes(path, this.members.length === 0, (text) =>
        this.plans.make({ text, answers: {}, proof: true }),
      ),
      ...handoverRoutes(path, this.members.length === 0),
      ["GET", path("/profiles/:id/why"), ({ ids }) => whyOf(this.member(ids[0]))],
      ...this.imports.routes(path),
    ];
  }

  private launch(plan: Views["Plan"]): string {
    const campaign = {
      ...fresh,
      campaign_id: `camp_${this.campaigns.length + 1}`,
      plan_id: plan.plan_id,
      goal: plan.understood.text,
    };
    this.campaigns.unshift(campaign);
    return campaign.campaign_id;
  }

  private campaign(id: string | undefined): Views["Campaign"] {
    return found(this.campaigns, (campaign) => campaign.campaign_id === id);
  }

  private ledgerPeople(id: string | undefined, query: URLSearchParams): Views["PeoplePage"] {
    const row = found(
      ledgerOf(this.campaign(id)).rows,
      (each) => each.state === query.get("state") && each.reason === (query.get("reason") ?? ""),
    );
    return this.page(this.members.slice(0, 120), query, row.people, row.label);
  }

  private audience(id: string | undefined): Views["Audience"] {
    const saved = found(this.audiences, (each) => each.id === id);
    const preview = previewOf(this.members, saved.definition, this.audiences);
    const trend = Array.from({ length: 30 }, (_, day) => ({
      at: daysAgo(29 - day),
      count: Math.round(preview.count * (0.9 + day / 290 + ((day * 7) % 5) / 200)),
      entered: 4,
      left: 2,
    }));
    trend.push({ at: NOW, count: preview.count, entered: 3, left: 1 });
    return {
      audience_id: saved.id,
      name: saved.name,
      version: saved.version,
      definition: saved.definition,
      ...preview,
      trend,
      used_by: 1,
      updated_at: daysAgo(4),
    };
  }

  private audienceRow(saved: Saved & { version: number }): Views["AudienceRow"] {
    const { audience_id, name, sentence, count, version, updated_at, used_by } = this.audience(saved.id);
    return { audience_id, name, sentence, count, version, updated_at, used_by };
  }

  private audiencePeople(id: string | undefined, query: URLSearchParams): Views["PeoplePage"] {
    const saved = found(this.audiences, (each) => each.id === id);
    const members = this.members.filter((member) => belongs(member, saved.definition, this.audiences));
    return this.page(members, query, members.length);
  }

  private saveAudience(body: Views["AudienceRequest"]): Views["Audience"] {
    const known = this.audiences.find((each) => each.id === body.audience_id);
    const id = known?.id ?? `aud_${this.audiences.length + 1}`;
    const saved = { id, name: body.name, definition: body.definition, version: (known?.version ?? 0) + 1 };
    if (known) this.audiences.splice(this.audiences.indexOf(known), 1, saved);
    else this.audiences.push(saved);
    return this.audience(id);
  }

  private search(q: string): Views["ProfileList"] {
    const hits = this.members.filter((member) =>
      [member.id, member.name, member.phone, String(member.traits.city)].some((value) => value.includes(q)),
    );
    return { total: hits.length, profiles: hits.slice(0, PAGE).map((member) => personRow(member)) };
  }

  private member(id: string | undefined): Member {
    return found(this.members, (member) => member.id === id);
  }

  private page(
    members: Member[],
    query: URLSearchParams,
    total: number,
    note?: Views["Text"],
  ): Views["PeoplePage"] {
    const start = Number(query.get("after") ?? 0);
    const people = members.slice(start, start + PAGE).map((member) => personRow(member, note));
    return { total, people, next: start + PAGE < members.length ? String(start + PAGE) : null };
  }
}
