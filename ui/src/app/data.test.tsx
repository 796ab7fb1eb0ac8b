import { waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { renderApp } from "@/testing/render-app";

function asked(path: string) {
  const bodies: Promise<Record<string, unknown>>[] = [];
  const intercept = (request: Request) => {
    if (request.method === "POST" && request.url.endsWith(path)) bodies.push(request.clone().json());
    return undefined;
  };
  return { told: () => Promise.all(bodies), intercept };
}

describe("data", () => {
  it("makes a source and shows its key with what to paste, once", async () => {
    const { user, screen } = renderApp("/data");
    await user.click(await screen.findByRole("button", { name: "新建来源" }));
    const drawer = within(await screen.findByRole("dialog"));
    const create = drawer.getByRole("button", { name: "建好并给出密钥" });
    expect(create).toHaveProperty("disabled", true);
    await user.type(drawer.getByLabelText("名称"), "会员站");
    await user.click(create);
    expect(await drawer.findByText("new-key-abcd")).toBeTruthy();
    expect(drawer.getByText(/AnalyticsBrowser\.load/).textContent).toContain("new-key-abcd");
    await user.click(drawer.getByRole("button", { name: "已复制，完成" }));
    expect(await screen.findByRole("link", { name: "会员站" })).toBeTruthy();
    await waitFor(() => expect(screen.queryByText("new-key-abcd")).toBeNull());
  });

  it("sets up a database only after it was tried, by what the trial gave", async () => {
    const { told, intercept } = asked("/api/data/sources");
    const { user, screen } = renderApp("/data", { intercept });
    await user.click(await screen.findByRole("button", { name: "新建来源" }));
    const drawer = within(await screen.findByRole("dialog"));
    await user.type(drawer.getByLabelText("名称"), "ERP");
    await user.click(drawer.getByRole("radio", { name: /数据库，定时拉取/ }));
    const make = drawer.getByRole("button", { name: "建好" });
    for (const [label, value] of [
      ["主机", "db"],
      ["库名", "shop"],
      ["用户（最好只有读权限）", "reader"],
      ["密码", "p@ss"],
    ] as const) {
      await user.type(drawer.getByLabelText(label), value);
    }
    await user.click(drawer.getByRole("button", { name: "测试连接" }));
    expect(await drawer.findByText(/连上了 mariadb 10.11，有 2 张表/)).toBeTruthy();
    expect(make).toHaveProperty("disabled", true);
    await user.click(drawer.getByLabelText("表或视图"));
    await user.click(await screen.findByTitle("orders"));
    expect(await drawer.findByText("试读了 3 行，没有保存")).toBeTruthy();
    await user.click(make);
    expect(await drawer.findByText("来源建好了")).toBeTruthy();
    const [body] = await told();
    expect(body?.database).toEqual({
      url: "mysql+pymysql://reader:p%40ss@db:3306/shop?charset=utf8mb4",
      query: "SELECT * FROM orders WHERE updated_at >= :watermark ORDER BY updated_at",
      watermark: "updated_at",
      start: "1970-01-01 00:00:00",
      import_kind: "orders",
      fields: {},
      every_minutes: null,
    });
  });

  it("rehearses and replays a group with what was mended, and says what became of it", async () => {
    const { told, intercept } = asked("/api/quarantine/replay");
    const { user, screen } = renderApp("/data/quarantine", { intercept });
    const heading = await screen.findByRole("heading", { name: /不符合埋点方案/ });
    const card = within(heading.closest("section") as HTMLElement);
    await user.click(card.getByText("先修正再放行"));
    await user.click(card.getByRole("button", { name: "加一条换值" }));
    await user.type(card.getByLabelText("原来是"), "免费");
    await user.type(card.getByLabelText("改成"), "0");
    await user.click(card.getByRole("button", { name: "看看会怎样" }));
    expect(await card.findByText("会收下 31 条。")).toBeTruthy();
    await user.click(card.getByRole("button", { name: "重新读取" }));
    expect(await screen.findByText("收下 31 条。")).toBeTruthy();
    const bodies = await told();
    expect(bodies.map((body) => body.rehearse)).toEqual([true, false]);
    expect(bodies[1]?.mending).toEqual({
      events: {},
      values: { "properties.revenue": { 免费: 0 } },
      as_numbers: [],
      without: [],
    });
    expect(bodies[1]?.reason).toBe("against_plan");
  });

  it("publishes what is planned for an event and keeps the rest of the plan", async () => {
    const { told, intercept } = asked("/api/definitions");
    const { user, screen } = renderApp("/data/plan?event=Order%20Completed", { intercept });
    const drawer = within(await screen.findByRole("dialog"));
    await user.click(await drawer.findByRole("checkbox", { name: "order_id: 必须有" }));
    await user.click(drawer.getByRole("button", { name: "保存方案" }));
    await screen.findByText("方案已发布，马上生效");
    const bodies = await told();
    const body = bodies[0]?.body as { events: Record<string, { properties: Record<string, object> }> };
    expect([bodies[0]?.kind, bodies[0]?.id]).toEqual(["tracking_plan", "main"]);
    expect(Object.keys(body.events)).toEqual(["Order Completed", "Order Refunded"]);
    expect(body.events["Order Completed"]?.properties.order_id).toEqual({ required: true });
    expect(body.events["Order Completed"]?.properties.revenue).toMatchObject({
      type: "number",
      required: true,
    });
  });
});
