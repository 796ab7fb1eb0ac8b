/** Other ways of one message as people think of them, and as the journey holds them. */
export interface Way {
  channel: string;
  content: string;
  unless?: "accepted" | "opened";
  after_s?: number;
}

/** Only where the way before is refused; where it stays unread; or at once, whatever comes of it. */
export type WayMode = "refused" | "unread" | "both";

const WAIT_S = 1_800;

export function modeOf(way: Way): WayMode {
  if (way.unless === "accepted") return "refused";
  return way.after_s === 0 ? "both" : "unread";
}

export function withMode(way: Way, mode: WayMode): Way {
  if (mode === "refused") return { ...way, unless: "accepted" };
  return { ...way, unless: "opened", after_s: mode === "both" ? 0 : way.after_s || WAIT_S };
}

/** Whether a list of ways has one without a channel or words. */
export function incomplete(ways: unknown): boolean {
  return Array.isArray(ways) && ways.some((way: Way) => !way.channel || !way.content);
}
