import { within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { identityOf } from "@/testing/identity";
import { renderApp } from "@/testing/render-app";
import { makeMembers } from "@/testing/shop";

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
    await user.click(await screen.findByRole("button", { name: "拆开" }));
    const dialog = await screen.findByRole("dialog");
    expect(dialog.textContent).toContain("会成为另一位客户");
    expect(asked).toEqual([]);
    await user.click(within(dialog).getByRole("button", { name: "拆开" }));
    await expect.poll(() => asked).toEqual(["/api/merges/120-0/undo"]);
  });

  it("says why a merge could not be undone, and lets it be tried again", async () => {
    const [member] = makeMembers(1);
    if (!member) throw new Error("the shop has a member");
    const told = identityOf(member);
    const problem = {
      zh: "没能拆开：每次都有新消息进来。",
      en: "Not undone: something new came in each time.",
    };
    const body = { ...told, merges: told.merges.map((each) => ({ ...each, standing: "given_up", problem })) };
    const { screen } = renderApp(`/people/${member.id}`, {
      intercept: (request) =>
        request.url.endsWith("/identity")
          ? new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } })
          : undefined,
    });
    expect(await screen.findByText(problem.zh)).toBeTruthy();
    expect(screen.getByText("没能拆开")).toBeTruthy();
    expect(screen.getByRole("button", { name: "拆开" })).toBeTruthy();
  });

  it("shows pairs with what speaks for and against them, and forgets one that is judged", async () => {
    const { user, screen } = renderApp("/people/alike");
    await user.click(await screen.findByRole("button", { name: "开始比对" }));
    expect(await screen.findByText(/手机号只差一位；但生日不同/)).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "不是" }));
    expect(await screen.findByText("没有需要判断的了")).toBeTruthy();
  });
});
