import { within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { renderApp } from "@/testing/render-app";

describe("the home page", () => {
  it("says in one sentence what today asks, and shows three opportunities as ranges", async () => {
    const { screen } = renderApp("/");
    expect(await screen.findByText("今天有 5 件事等你定，1 个活动领先。")).toBeTruthy();
    const list = (await screen.findByText("买完这件，通常会买下一件")).closest("ul");
    const cards = [...(list?.children ?? [])] as HTMLElement[];
    expect(cards).toHaveLength(3);
    expect(cards[0]?.textContent).toContain("¥55 到 ¥3,600");
    expect(cards[0]?.textContent).toContain("假定的范围");
    expect(screen.getByRole("link", { name: "首页" }).getAttribute("aria-current")).toBe("page");
  });

  it("makes a plan of an opportunity and opens it", async () => {
    const { user, screen } = renderApp("/");
    const title = await screen.findByText("第一单之后没有第二单");
    const card = title.closest("li") as HTMLElement;
    await user.click(within(card).getByRole("button", { name: "做成计划" }));
    expect(await screen.findByDisplayValue(/只买过一次的人/)).toBeTruthy();
    expect(window.location.pathname).toMatch(/^\/goals\/plan_/);
  });

  it("asks for nothing but a file on the first day", async () => {
    const { screen } = renderApp("/", { empty: true });
    expect(await screen.findByRole("heading", { name: "从一个订单文件开始" })).toBeTruthy();
    expect(screen.getByRole("button", { name: "用示例数据" })).toBeTruthy();
    expect(screen.queryByText("机会")).toBeNull();
  });
});
