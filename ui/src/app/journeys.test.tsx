import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { api } from "@/shared/api/client";
import { renderApp } from "@/testing/render-app";

/** The dialog with this title. */
async function dialog(title: string): Promise<HTMLElement> {
  const all = await screen.findAllByText(title);
  const found = all.flatMap((each) => each.closest<HTMLElement>("[role=dialog]") ?? [])[0];
  if (!found) throw new Error(`No dialog is called ${title}`);
  return found;
}

describe("the editor of journeys", () => {
  it("adds a step between two rules, fills it in and publishes the next version", async () => {
    const told: Promise<unknown>[] = [];
    const { user } = renderApp("/journeys/welcome/edit", {
      intercept: (request) => {
        if (request.method === "POST" && request.url.endsWith("/definitions"))
          told.push(request.clone().json());
        return undefined;
      },
    });
    await user.click(await screen.findByText("当…就…"));
    const list = await screen.findByRole("region", { name: "当…就…" });
    expect(await within(list).findByText(/最近 7 天/)).toBeTruthy();
    await user.click(within(list).getByRole("button", { name: "在「等到 10:00」后面加一步" }));
    await user.click(await screen.findByRole("menuitem", { name: /等一段时间/ }));
    const form = await screen.findByRole("dialog");
    const days = within(form).getByRole("spinbutton", { name: "等多久" });
    await user.clear(days);
    await user.type(days, "3");
    expect(await within(list).findByText("等 3 天")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "发布" }));
    const asked = await dialog("发布第 3 版");
    expect(within(asked).getByText("等 3 天")).toBeTruthy();
    await user.click(within(asked).getByRole("radio", { name: /搬到新版的同一步/ }));
    await user.click(within(asked).getByRole("button", { name: /发布/ }));
    await expect.poll(() => told[0]).toMatchObject({ kind: "journey", id: "welcome", version: 3 });
    const { body } = (await told[0]) as {
      body: { inside: string; nodes: { id: string; next?: string }[] };
    };
    expect(body.inside).toBe("migrate");
    expect(body.nodes.find((step) => step.id === "morning")?.next).toBe("wait-1");
    expect(body.nodes.find((step) => step.id === "wait-1")).toMatchObject({
      duration_s: 259_200,
      next: "remind",
    });
  });

  it("shows what somebody else published first, and puts both together", async () => {
    const { user } = renderApp("/journeys/welcome/edit");
    await user.click(await screen.findByText("当…就…"));
    const list = await screen.findByRole("region", { name: "当…就…" });
    await user.click(await within(list).findByText("等 7 天"));
    await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: /删除/ }));
    const path = { kind: "journey", identity: "welcome" };
    const read = await api.GET("/api/definitions/{kind}/{identity}", { params: { path } });
    const body = { ...read.data?.body, goal_event: "Order Completed" };
    await api.POST("/api/definitions", { body: { kind: "journey", id: "welcome", version: 3, body } });
    await user.click(screen.getByRole("button", { name: "发布" }));
    const asked = await dialog("发布第 3 版");
    await user.click(within(asked).getByRole("button", { name: /发布/ }));
    await user.click(await screen.findByRole("button", { name: "合在一起" }));
    await user.click(await screen.findByRole("button", { name: "发布" }));
    const again = await dialog("发布第 4 版");
    expect(within(again).getByText("等 7 天")).toBeTruthy();
    expect(within(again).queryByText("目标")).toBeNull();
  });

  it("lets one person walk, marks the way, and shows the gate's reason and the words", async () => {
    const { user } = renderApp("/journeys/welcome/edit");
    await user.click(await screen.findByText("当…就…"));
    await user.click(await screen.findByRole("button", { name: /试走/ }));
    const way = await screen.findByRole("region", { name: "走过的路" });
    expect(within(way).getByText(/企业微信已停止联系/)).toBeTruthy();
    expect(within(way).getByText(/^【小店】王芳/)).toBeTruthy();
    const list = screen.getByRole("region", { name: "当…就…" });
    const send = within(list).getByText(/^用短信发：离你最近的门店/);
    expect(send.closest("[data-trail]")?.getAttribute("data-trail")).toBe("true");
  });
});
