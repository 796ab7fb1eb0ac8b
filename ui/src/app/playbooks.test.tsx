import { within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { renderApp } from "@/testing/render-app";

describe("playbooks", () => {
  it("asks little, tells what it would make, starts with what was answered, and leads to what was made", async () => {
    const told: Promise<unknown>[] = [];
    const { user, screen } = renderApp("/playbooks", {
      intercept: (request) => {
        if (request.url.endsWith("/recall/start")) told.push(request.clone().json());
        return undefined;
      },
    });
    await user.click(await screen.findByRole("link", { name: "老客召回" }));
    const drawer = await screen.findByRole("dialog");
    expect(await within(drawer).findByText("有一阵子没见到你了。")).toBeTruthy();
    expect(within(drawer).getByText(/现在有 428 人/)).toBeTruthy();
    const days = within(drawer).getByRole("spinbutton", { name: /多少天没买算沉睡/ });
    await user.clear(days);
    await user.type(days, "45");
    await user.click(within(drawer).getByRole("button", { name: "启动" }));
    await expect.poll(() => told[0]).toEqual({ answers: { days: 45 } });
    const audience = await within(drawer).findByRole("link", { name: "该召回的老客" });
    expect(audience.getAttribute("href")).toBe("/audiences/recall.lapsed");
  });
});
