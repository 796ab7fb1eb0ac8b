/** A fix as the server offers it: a JSON Patch (RFC 6902) of the definition that was sent, as far as fixes use it. */
import type { Draft } from "./draft";

export interface PatchStep {
  op: string;
  path: string;
  value?: unknown;
}

/** The draft with the patch made; null where it does not fit, because the draft has changed since. */
export function patched(draft: Draft, patch: readonly PatchStep[]): Draft | null {
  const whole = structuredClone(draft) as unknown;
  const fits = patch.every((step) => made(whole, step));
  return fits ? (whole as Draft) : null;
}

function made(whole: unknown, { op, path, value }: PatchStep): boolean {
  const keys = path
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = keys.pop();
  const parent = keys.reduce<unknown>(
    (at, key) => (at !== null && typeof at === "object" ? (at as Record<string, unknown>)[key] : undefined),
    whole,
  );
  if (last === undefined || parent === null || typeof parent !== "object") return false;
  if (Array.isArray(parent)) {
    const index = last === "-" ? parent.length : Number(last);
    if (!Number.isInteger(index) || index < 0 || index > parent.length) return false;
    if (op === "add") parent.splice(index, 0, value);
    else if (index === parent.length) return false;
    else if (op === "remove") parent.splice(index, 1);
    else parent[index] = value;
    return true;
  }
  const object = parent as Record<string, unknown>;
  if (op === "remove") return delete object[last];
  object[last] = value;
  return true;
}
