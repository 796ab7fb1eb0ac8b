/** How a member of the small shop is recognized, and who may be the same person. */
import type { Views } from "@/shared/api/client";
import { found } from "./mock-answers.ts";
import { daysAgo, type Member, personRow, text } from "./shop.ts";

export function identityOf(member: Member): Views["PersonIdentity"] {
  return {
    profile_id: member.id,
    identifiers: [
      {
        kind: "user_id",
        name: text("客户编号", "customer id"),
        value: member.id.replace("p_", "M"),
        since: daysAgo(400),
        source: "shop",
        told_by: text("小程序商城", "Shop"),
        sureness: "sure",
        sure: text("认定本人", "tells the person for sure"),
      },
      {
        kind: "phone",
        name: text("手机号", "phone number"),
        value: member.phone,
        since: daysAgo(400),
        source: "shop",
        told_by: text("小程序商城", "Shop"),
        sureness: "likely",
        sure: text("多半是本人", "most likely the person"),
      },
    ],
    merges: [
      {
        merge_id: "120-0",
        at: daysAgo(30),
        standing: "merged",
        by: "phone",
        label: text("同一条消息里出现了两边的手机号", "one message named the phone number of both"),
        source: "shop",
        told_by: text("小程序商城", "Shop"),
        kept_profile_id: member.id,
        forwarded_profile_id: "p_other",
        goes: ["wm****3fQ"],
        consequence: text(
          "wm****3fQ 会成为另一位客户，带走自己的 12 条行为记录、属性和授权。已经发出的 2 条消息不变。以后不会再自动合并这两位。",
          "wm****3fQ becomes another person, with 12 events of their own. The 2 messages already sent stay. The two are never merged automatically again.",
        ),
      },
    ],
  };
}

function heldOf(profileId: string): Views["PersonalData"] {
  const said = { identifiers: [], attributes: [], consents: [], events: [] };
  return { profile_id: profileId, taken_at: daysAgo(0), ...said, messages: [], points: [], work: [] };
}

function erasedOf(profileId: string): Views["ErasedView"] {
  return { profile_id: profileId, at: daysAgo(0), keys: 2, consents: 1 };
}

function undoneOf(mergeId: string): Views["UndoDone"] {
  return { merge_id: mergeId, standing: "undone", kept_profile_id: "p_1", forwarded_profile_id: "p_other" };
}

/** Finds one pair, and forgets it once it is judged. */
class MockSuggestions {
  private pairs: Views["SuggestedPair"][] = [];
  private searched = false;

  list(): Views["SuggestionList"] {
    const people = this.searched ? 960 : 0;
    return { found_at: this.searched ? daysAgo(0) : null, people, compared: people, pairs: this.pairs };
  }

  find([first, second]: Member[]): Views["SuggestionList"] {
    this.searched = true;
    if (first && second) {
      const evidence = text(
        "姓名相同、手机号只差一位；但生日不同",
        "the same name, phone numbers one digit apart; but different birthdays",
      );
      this.pairs = [{ first: personRow(first), second: personRow(second), probability: 0.97, evidence }];
    }
    return this.list();
  }

  judge(said: Views["Judgement"]): Views["SuggestionList"] {
    this.pairs = this.pairs.filter((each) => each.first.profile_id !== said.first_profile_id);
    return this.list();
  }
}

type Asked = { ids: string[]; request: Request };

/** What the mock server answers about who is who. */
export function identityRoutes(
  path: (pattern: string) => RegExp,
  members: Member[],
): [string, RegExp, (asked: Asked) => unknown][] {
  const suggestions = new MockSuggestions();
  return [
    [
      "GET",
      path("/profiles/:id/identity"),
      ({ ids }) => identityOf(found(members, (member) => member.id === ids[0])),
    ],
    ["POST", path("/profiles/:id/export"), ({ ids }) => heldOf(String(ids[0]))],
    [
      "POST",
      path("/profiles/:id/reveal"),
      ({ ids }) => ({
        details: { phone: found(members, (member) => member.id === ids[0]).phone.replace("****", "1234") },
      }),
    ],
    ["POST", path("/profiles/:id/erase"), ({ ids }) => erasedOf(String(ids[0]))],
    ["POST", path("/merges/:id/undo"), ({ ids }) => undoneOf(String(ids[0]))],
    ["GET", path("/suggestions"), () => suggestions.list()],
    ["POST", path("/suggestions/find"), () => suggestions.find(members)],
    ["POST", path("/suggestions/judge"), async ({ request }) => suggestions.judge(await request.json())],
  ];
}
