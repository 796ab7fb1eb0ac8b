import { within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { renderApp } from "@/testing/render-app";

describe("work for people", () => {
  it("hides the number until somebody is to call, and closes with one of three outcomes", async () => {
    const told: Promise<unknown>[] = [];
    const { user, screen } = renderApp("/tasks/task_0000000000000006", {
      intercept: (request) => {
        if (request.url.endsWith("/orders")) told.push(request.clone().json());
        return undefined;
      },
    });
    expect(await screen.findByText("这样说")).toBeTruthy();
    expect(screen.queryByRole("navigation")).toBeNull();
    expect(screen.queryByText(/13800138046/)).toBeNull();
    await user.click(screen.getByRole("button", { name: "打电话" }));
    const dial = await screen.findByRole("link", { name: /拨打/ });
    expect(dial.getAttribute("href")).toBe("tel:+8613800138046");
    const outcomes = within(screen.getByRole("group", { name: "结果" })).getAllByRole("button");
    expect(outcomes.length).toBe(3);
    await user.type(screen.getByLabelText(/备注/), "很满意");
    await user.click(screen.getByRole("button", { name: "已沟通" }));
    await expect.poll(() => told[0]).toMatchObject({ outcome: "reached", note: "很满意" });
    expect(await screen.findByText("已关闭：已沟通")).toBeTruthy();
  });

  it("shows leads by stage with score and reasons, and tickets that are late", async () => {
    const { screen } = renderApp("/leads");
    const fresh = await screen.findByRole("region", { name: "新线索" });
    expect(within(fresh).getAllByText(/下载白皮书 \+40/).length).toBe(2);
    expect(within(fresh).getByText("92")).toBeTruthy();
  });

  it("has nothing to show on the first day but what to do", async () => {
    const { screen } = renderApp("/tickets", { empty: true });
    expect(await screen.findByText("没有工单")).toBeTruthy();
  });
});

describe("deals and approvals", () => {
  it("shows what each stage is worth and moves a deal by its menu", async () => {
    const told: Promise<unknown>[] = [];
    const { user, screen } = renderApp("/deals", {
      intercept: (request) => {
        if (request.url.endsWith("/orders")) told.push(request.clone().json());
        return undefined;
      },
    });
    const talking = await screen.findByRole("region", { name: "洽谈中" });
    expect(within(talking).getByRole("heading").textContent).toContain("¥16,400");
    expect(within(talking).getByText("¥12,800")).toBeTruthy();
    await user.click(within(talking).getAllByRole("combobox")[0] as HTMLElement);
    await user.click(await screen.findByText("已报价", { selector: ".ant-select-item-option-content" }));
    await expect.poll(() => told[0]).toMatchObject({ stage: "offer" });
  });

  it("refuses only with a reason, and says what a yes would do", async () => {
    const told: Promise<unknown>[] = [];
    const { user, screen } = renderApp("/approvals", {
      intercept: (request) => {
        if (request.method === "POST") told.push(request.clone().json());
        return undefined;
      },
    });
    expect(await screen.findByText("启动后触达 3,200 人，最多花 ¥20,000")).toBeTruthy();
    expect(screen.getByText("先用 1 万试两周")).toBeTruthy();
    await user.click(screen.getAllByRole("button", { name: "不同意" })[0] as HTMLElement);
    const refuse = screen.getAllByRole("button", { name: "不同意" })[0] as HTMLButtonElement;
    expect(refuse.disabled).toBe(true);
    await user.type(screen.getByLabelText(/为什么不同意/), "太贵");
    await user.click(refuse);
    await expect.poll(() => told[0]).toMatchObject({ approved: false, reason: "太贵" });
  });
});
