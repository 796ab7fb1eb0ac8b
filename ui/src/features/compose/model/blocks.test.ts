import { describe, expect, it } from "vitest";
import { BLOCK_TYPES, type Block, emptyBlock, moved } from "./blocks";
import { published, rewritten, written } from "./words";

describe("the blocks of a page", () => {
  it("move up and down and stay within the page", () => {
    const blocks = BLOCK_TYPES.map(emptyBlock).slice(0, 3);
    const types = (found: Block[]) => found.map((each) => each.type);
    expect(types(moved(blocks, 0, 1))).toEqual(["text", "heading", "picture"]);
    expect(types(moved(blocks, 2, 0))).toEqual(["picture", "heading", "text"]);
    expect(moved(blocks, 0, -1)).toBe(blocks);
    expect(moved(blocks, 2, 3)).toBe(blocks);
  });

  it("are published with the content, in each language its own", () => {
    const page = written("a", { format: "page", blocks: [{ type: "divider" }], translations: { en: {} } });
    const changed = rewritten(page, "en", { blocks: [{ type: "heading", text: "Hello" }] });
    expect(published(changed)).toMatchObject({
      format: "page",
      blocks: [{ type: "divider" }],
      translations: { en: { blocks: [{ type: "heading", text: "Hello" }] } },
    });
    expect(published(written("a", { body: "b" }))).not.toHaveProperty("blocks");
  });
});
