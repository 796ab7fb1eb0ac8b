/** The blocks of a landing page while it is written: plain data and what may be done to them; no React. */

export type Block =
  | { type: "heading"; text: string }
  | { type: "text"; text: string }
  | { type: "picture"; asset: string; alt: string }
  | { type: "button"; label: string; url: string }
  | { type: "offer"; offer: string; text: string; pool: string }
  | { type: "items"; items: string[] }
  | { type: "form"; form: string }
  | { type: "divider" };

export const BLOCK_TYPES = [
  "heading",
  "text",
  "picture",
  "button",
  "offer",
  "items",
  "form",
  "divider",
] as const satisfies Block["type"][];

export function emptyBlock(type: Block["type"]): Block {
  switch (type) {
    case "heading":
    case "text":
      return { type, text: "" };
    case "picture":
      return { type, asset: "", alt: "" };
    case "button":
      return { type, label: "", url: "" };
    case "offer":
      return { type, offer: "", text: "", pool: "" };
    case "items":
      return { type, items: [] };
    case "form":
      return { type, form: "" };
    case "divider":
      return { type };
  }
}

export function moved(blocks: Block[], from: number, to: number): Block[] {
  const block = blocks[from];
  if (!block || to < 0 || to >= blocks.length) return blocks;
  const others = blocks.filter((_, place) => place !== from);
  return [...others.slice(0, to), block, ...others.slice(to)];
}
