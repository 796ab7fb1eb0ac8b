/** The calls of the pages about data; what is published or released is remembered. */
import type { Views } from "@/shared/api/client";
import { firstSources, form, proposal, quality, quarantine, seen, sources } from "./data.ts";
import { tried } from "./databases.ts";
import { notFound } from "./mock-answers.ts";
import { text } from "./shop.ts";

interface Asked {
  ids: string[];
  request: Request;
}

export class MockData {
  readonly published: Views["DefinitionRequest"][] = [];
  readonly replayed: Views["ReplayRequest"][] = [];
  private readonly empty: boolean;
  private made: Views["SourceRow"][] = [];
  private retired = new Set<string>();
  private released = new Set<string>();

  constructor(empty: boolean) {
    this.empty = empty;
  }

  routes(): [string, RegExp, (asked: Asked) => unknown][] {
    const path = (pattern: string) => new RegExp(`^/api${pattern.replaceAll(":id", "([^/]+)")}$`);
    return [
      ["GET", path("/data/sources"), () => this.sources()],
      ["POST", path("/data/sources"), async ({ request }) => this.create(await request.json())],
      ["POST", path("/data/databases/try"), async ({ request }) => tried(await request.json())],
      ["GET", path("/data/events"), () => this.seen()],
      ["GET", path("/data/plan-proposal"), () => this.proposal()],
      ["GET", path("/data/quality"), () => this.quality()],
      ["GET", path("/data/personal-fields"), () => personalFields(this.empty)],
      ["GET", path("/quarantine/groups"), () => this.quarantine()],
      ["POST", path("/quarantine/replay"), async ({ request }) => this.replay(await request.json())],
      ["POST", path("/definitions"), async ({ request }) => this.publish(await request.json())],
      ["GET", path("/definitions/:id/:id"), ({ ids }) => this.definition(ids[0] ?? "", ids[1] ?? "")],
      ["DELETE", path("/definitions/:id/:id"), ({ ids }) => this.retire(ids[1] ?? "")],
    ];
  }

  private sources(): Views["SourceList"] {
    const all = [...(this.empty ? firstSources : sources), ...this.made];
    return { sources: all.filter((each) => !this.retired.has(each.source_id)), write_key: "folder-key-0123" };
  }

  private create(asked: Views["SourceRequest"]): Views["SourceCreated"] {
    const source_id = `source-${this.made.length + 1}`;
    const address = { webhook: `/hooks/${source_id}`, tracking: "/v1", database: "" }[asked.kind];
    const row = { ...(firstSources[0] as Views["SourceRow"]), source_id, kind: asked.kind, name: asked.name };
    this.made.push({ ...row, defined: true, key_hint: "abcd", address });
    return { source_id, key: asked.kind === "webhook" ? "whsec_c2VjcmV0" : "new-key-abcd", address };
  }

  private retire(identity: string): Views["Published"] {
    this.retired.add(identity);
    return { kind: "source", id: identity, version: 1 };
  }

  private seen(): Views["SeenAndPlanned"] {
    return this.empty ? { events: [], plans: [] } : seen;
  }

  private proposal(): Views["PlanProposal"] {
    return this.empty ? { ...proposal, added: [] } : proposal;
  }

  private quality(): Views["DataQuality"] {
    return this.empty ? { ...quality, sources: [], fields: [], fields_checked: 0 } : quality;
  }

  private quarantine(): Views["QuarantineGroups"] {
    const groups = this.empty ? [] : quarantine.groups.filter((group) => !this.released.has(group.reason));
    return { groups, records: groups.reduce((all, group) => all + group.records, 0) };
  }

  private replay(asked: Views["ReplayRequest"]): Views["ReplayDone"] {
    this.replayed.push(asked);
    const taken = quarantine.groups.find((group) => group.reason === asked.reason)?.records ?? 0;
    if (!asked.rehearse) this.released.add(asked.reason ?? "");
    const sentence = asked.rehearse
      ? text(`会收下 ${taken} 条。`, `${taken} would be taken in.`)
      : text(`收下 ${taken} 条。`, `${taken} were taken in.`);
    return { taken, refused: {}, whole: true, sentence };
  }

  publish(asked: Views["DefinitionRequest"]): Views["Published"] {
    this.published.push(asked);
    return { kind: asked.kind, id: asked.id, version: 2 };
  }

  private definition(kind: string, id: string): Views["DefinitionView"] {
    if (kind !== "form" || id !== "spring") throw notFound();
    return { kind, id, version: 1, body: form, status: "live" };
  }
}

function personalFields(empty: boolean): Views["PersonalFieldsView"] {
  const field = (id: string, zh: string, en: string) => ({ id, name: text(zh, en) });
  return {
    sealed: ["address", "email", "ip", "mobile", "name", "phone", "收货地址", "手机号", "姓名"],
    sealed_traits: ["birthday", "firstName", "lastName", "身份证号"],
    own: empty ? [] : [field("passport_no", "护照号", "Passport number")],
    words: ["phone", "mobile", "email", "address", "passport", "电话", "手机", "地址", "身份证"],
    hidden: empty
      ? []
      : [field("spouse_phone", "配偶电话", "Spouse's phone"), field("备用地址", "备用地址", "备用地址")],
  };
}
