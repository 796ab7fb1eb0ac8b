/** Says steps, ways and triggers in the reader's language; the words come from the table of kinds. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/words/use-format";
import type { Named, NamedKind, Telling } from "./editor";
import type { Draft, Step } from "./model/draft";
import { asks, type Field, isEmptyTree } from "./model/field";
import { testsOf } from "./model/filters";
import { kindOf, lacking } from "./model/kinds";
import { clockOf, partsOf } from "./model/span";
import { triggerOf } from "./model/triggers";

export function useTelling(named: Named, sentence: (tree: unknown) => string | null): Telling {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  return useMemo(() => {
    const known = (key: string) => i18n.exists(key);
    // Keys are put together from the table of kinds, which a type cannot follow.
    const say = (key: string, values: Record<string, string> = {}) =>
      String(t(key as "step.unset", values as never))
        .replaceAll(/ {2,}/g, " ")
        .trim();
    const unset = t("step.unset");
    const kind = (name: string) => (known(`step.kinds.${name}`) ? say(`step.kinds.${name}`) : name);
    const span = (seconds: number) =>
      partsOf(seconds)
        .map(({ unit, count }) => t(`step.span.${unit}`, { count }))
        .join(" ");
    const called = (kind: NamedKind, id: unknown) =>
      named[kind].find((each) => each.value === id)?.label ?? String(id);
    /** Filters on properties in words. */
    const tests = (filters: unknown) =>
      testsOf(filters)
        .map(({ property, by, value }) =>
          t(`step.tests.${by}`, { property: called("property", property), value }),
        )
        .join(t("step.and"));
    /** What a condition asks: of the person now, and of how they entered. */
    const asked = ({ when, entry }: { when?: unknown; entry?: unknown }) =>
      [
        isEmptyTree(when) ? "" : (sentence(when) ?? "…"),
        asks(entry) ? t("step.entered", { all: tests(entry) }) : "",
      ]
        .filter(Boolean)
        .join(t("step.and"));
    const value = (field: Field, of: Record<string, unknown>): string => {
      const it = of[field.name];
      if (field.as === "choice") return say(`step.choices.${it || field.choices?.[0] || "shop"}`);
      if (field.as === "flag") return it === true ? say(`step.flags.${field.name}`) : "";
      if (field.as === "weekdays") {
        return ((it ?? []) as number[]).map((day) => say(`step.weekdays.${day}`)).join(" ");
      }
      if (field.as === "filters") return testsOf(it).length > 0 ? t("step.filtered", { all: tests(it) }) : "";
      if (field.as === "answers") return "";
      if (it === undefined || it === null || it === "") return field.optional ? "" : unset;
      switch (field.as) {
        case "seconds":
          return span(Number(it));
        case "minute":
          return clockOf(Number(it));
        case "moment":
          return format.moment(new Date(Number(it)).toISOString());
        case "localTime":
          return String(it).replace("T", " ");
        case "tree":
          return lacking({ kind: String(of.kind), ...of }).includes(field) ? unset : asked(of);
        case "arms":
          return (it as { id: string; share: number }[])
            .map((arm) => `${arm.id} ${format.percent(arm.share, 0)}`)
            .join(" · ");
        case "sides":
          return (it as { id: string }[]).map((side) => side.id).join(" · ");
        case "cases":
          return (it as { name?: string; when: unknown; entry?: unknown }[])
            .map((each) => each.name || asked(each))
            .join(" · ");
        case "ways":
          return (it as { channel: string }[]).map((way) => called("channel", way.channel)).join(" → ");
        case "count":
        case "number":
        case "value":
        case "text":
        case "longText":
        case "date":
          return String(it);
        default:
          return called(field.as, it);
      }
    };
    const values = (fields: readonly Field[], of: Record<string, unknown>) => ({
      ...Object.fromEntries(fields.map((field) => [field.name, value(field, of)])),
      ...around(of),
    });
    /** Days before or after another, a day by itself, and times of whichever form. */
    const around = (of: Record<string, unknown>) => {
      const days = Number(of.offset_days ?? 0);
      const offset = days === 0 ? "" : t(days < 0 ? "step.before" : "step.after", { count: Math.abs(days) });
      const change = Number(of.points ?? 0);
      return {
        offset,
        days_told: of.days && of.days !== "any" ? say(`step.choices.${of.days}`) : "",
        times:
          [of.at && String(of.at).replace("T", " "), of.cron, of.rrule].filter(Boolean).join(" ") || unset,
        which: of.trait ? called("trait", of.trait) : String(of.date || unset),
        change: change > 0 ? `+${change}` : `${change}`,
      };
    };
    const step = (it: Step) => {
      const fields = kindOf(it.kind)?.fields;
      if (!fields || !known(`step.says.${it.kind}`)) return it.id;
      return say(`step.says.${it.kind}`, values(fields, it));
    };
    return {
      step,
      kind,
      span,
      way: (from: Step | undefined, path: string) => {
        const [list = "", index] = path.split(".");
        if (from && index !== undefined) {
          const arm = (from[list] as Record<string, unknown>[])[Number(index)] ?? {};
          const share = typeof arm.share === "number" ? format.percent(arm.share, 0) : "";
          return [arm.id ?? (arm.name || `${Number(index) + 1}`), share].filter(Boolean).join(" · ");
        }
        if (path === "") return "";
        return known(`step.ways.${path}`) ? say(`step.ways.${path}`) : path;
      },
      trigger: ({ trigger }: Draft) => {
        const fields = triggerOf(trigger.on)?.fields;
        const left = trigger.on === "audience" && trigger.change === "left";
        if (left) return t("step.leaves", { audience: called("audience", trigger.audience) });
        if (!fields || !known(`step.enters.${trigger.on}`)) return t("step.enters.other", { on: trigger.on });
        return say(`step.enters.${trigger.on}`, values(fields, trigger));
      },
      lacks: (it: Step) => {
        const fields = lacking(it).map(({ name }) => say(`step.fields.${name}`));
        return fields.length > 0 ? t("step.lacks", { fields: fields.join(" · ") }) : null;
      },
    };
  }, [t, i18n, format, named, sentence]);
}
