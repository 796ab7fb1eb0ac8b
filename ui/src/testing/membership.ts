/** Counts a definition over the small shop's members, plainly, so that the live count in development is a real one. */
import type { Views } from "@/shared/api/client";
import { type Member, personRow, text, vocabulary } from "./shop.ts";

type Definition = Views["PreviewRequest"]["definition"];
export type Saved = { id: string; name: string; definition: Definition };

export function belongs(member: Member, node: Definition, saved: Saved[]): boolean {
  if ("all" in node) return node.all.every((inner) => belongs(member, inner, saved));
  if ("any" in node) return node.any.some((inner) => belongs(member, inner, saved));
  if ("not" in node) return !belongs(member, node.not, saved);
  if ("trait" in node) return compares(member.traits[node.trait], node);
  if ("event" in node) {
    const times = (member.events[node.event] ?? []).filter(
      (days) => days <= (node.within_days ?? Number.POSITIVE_INFINITY),
    ).length;
    return (
      times >= (node.count ? (node.count.gte ?? 0) : 1) &&
      times <= (node.count?.lte ?? Number.POSITIVE_INFINITY)
    );
  }
  if ("audience" in node) {
    const other = saved.find((each) => each.id === node.audience);
    return other !== undefined && belongs(member, other.definition, saved);
  }
  if ("sequence" in node) return false; // The members made up here have no history of moments.
  if ("tag" in node) return false; // Nor any tags.
  const [low = 0, high = 0] = node.percent;
  const place = (Number(member.id.slice(2)) * 61) % 100;
  return place >= low && place < high;
}

function compares(value: string | number | boolean | undefined, atom: Views["TraitAtom"]): boolean {
  if (value === undefined) return false;
  if (atom.in != null) return atom.in.includes(value);
  if (atom.is != null) return atom.is === value;
  return (
    Number(value) >= (atom.gte ?? Number.NEGATIVE_INFINITY) &&
    Number(value) <= (atom.lte ?? Number.POSITIVE_INFINITY)
  );
}

export function previewOf(members: Member[], definition: Definition, saved: Saved[]): Views["Preview"] {
  const found = members.filter((member) => belongs(member, definition, saved));
  return {
    count: found.length,
    of: members.length,
    sentence: text(sentence(definition, saved, "zh"), sentence(definition, saved, "en")),
    sample: found.slice(0, 10).map((member) => personRow(member)),
    reachable: ["sms", "wecom", "email"].map((channel) => ({
      channel,
      people: found.filter((member) => member.consents.has(channel)).length,
    })),
    missing: [],
  };
}

export function overlapOf(
  members: Member[],
  asked: Views["OverlapRequest"],
  saved: Saved[],
): Views["OverlapView"] {
  const definition = asked.definition ?? saved.find((each) => each.id === asked.audience_id)?.definition;
  const inside = new Set(definition ? members.filter((member) => belongs(member, definition, saved)) : []);
  const rows = saved.map((other): Views["OverlapRow"] => {
    const theirs = members.filter((member) => belongs(member, other.definition, saved));
    const both = theirs.filter((member) => inside.has(member)).length;
    const only = { only_this: inside.size - both, only_other: theirs.length - both };
    return { kind: "audience", id: other.id, name: other.name, count: theirs.length, both, ...only };
  });
  return { count: inside.size, rows: rows.sort((a, b) => b.both - a.both), left_out: 0 };
}

/** The definition read aloud; plain words, enough for a page without a server. */
function sentence(node: Definition, saved: Saved[], language: "zh" | "en"): string {
  const zh = language === "zh";
  const inner = (nodes: Definition[], joint: string) =>
    nodes.map((each) => sentence(each, saved, language)).join(joint);
  if ("all" in node) return inner(node.all, zh ? "，并且" : ", and ");
  if ("any" in node) return `${zh ? "（" : "("}${inner(node.any, zh ? "，或者" : ", or ")}${zh ? "）" : ")"}`;
  if ("not" in node) return `${zh ? "不是" : "not "}${sentence(node.not, saved, language)}`;
  if ("trait" in node) {
    const name = vocabulary.traits.find((each) => each.id === node.trait)?.name[language] ?? node.trait;
    const values = node.in ?? (node.is == null ? null : [node.is]);
    if (values) return zh ? `${name}是${values.join("或")}` : `${name} is ${values.join(" or ")}`;
    return [name, node.gte != null ? `≥ ${node.gte}` : "", node.lte != null ? `≤ ${node.lte}` : ""]
      .filter(Boolean)
      .join(" ");
  }
  if ("event" in node) {
    const name = vocabulary.events.find((each) => each.id === node.event)?.name[language] ?? node.event;
    const least = node.count?.lte != null ? (zh ? "至多" : "at most") : zh ? "至少" : "at least";
    const times = node.count?.lte ?? node.count?.gte ?? 1;
    return zh
      ? `最近 ${node.within_days} 天${name}${least} ${times} 次`
      : `${name} ${least} ${times} times in the last ${node.within_days} days`;
  }
  if ("audience" in node) return saved.find((each) => each.id === node.audience)?.name ?? node.audience;
  if ("tag" in node) return node.tag;
  if ("sequence" in node) return node.sequence.map((step) => step.event).join(" → ");
  return zh ? `随机的 ${node.percent.join("%–")}%` : `a random ${node.percent.join("%–")}%`;
}
