import { within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { renderApp } from "@/testing/render-app";
import { makeMembers } from "@/testing/shop";

const SLOW = { timeout: 15_000 };

describe("who is who", () => {
  it("says what undoing a merge means before it is done", async () => {
    const asked: string[] = [];
    const id = makeMembers(1)[0]?.id ?? "";
    const { user, screen } = renderApp(`/people/${id}`, {
      intercept: (request) => {
        if (request.method === "POST") asked.push(new URL(request.url).pathname);
        return undefined;
      },
    });
    await user.click(await screen.findByRole("button", { name: "拆开" }, SLOW));
    const dialog = await screen.findByRole("dialog", {}, SLOW);
    expect(dialog.textContent).toContain("会成为另一位客户");
    expect(asked).toEqual([]);
    await user.click(within(dialog).getByRole("button", { name: "拆开" }));
    await expect.poll(() => asked, SLOW).toEqual(["/api/merges/120-0/undo"]);
  });

  it("shows pairs with what speaks for and against them, and forgets one that is judged", async () => {
    const { user, screen } = renderApp("/people/alike");
    await user.click(await screen.findByRole("button", { name: "开始比对" }, SLOW));
    expect(await screen.findByText(/手机号只差一位；但生日不同/, {}, SLOW)).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "不是" }));
    expect(await screen.findByText("没有需要判断的了", {}, SLOW)).toBeTruthy();
  });
});
