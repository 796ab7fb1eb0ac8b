import { within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { token } from "@/shared/api/session";
import { MOCK_TOKEN } from "@/testing/mock-server";
import { renderApp } from "@/testing/render-app";

const refuse = (status: number) => () =>
  new Response(
    JSON.stringify({
      code: "busy",
      message: "正在恢复",
      next: "等一分钟再试",
      message_zh: "正在恢复",
      message_en: "Recovering",
    }),
    { status },
  );

describe("the gate", () => {
  it("keeps a token that the server knows, for this tab only", async () => {
    const { user, screen } = renderApp("/goals", { signedIn: false });
    await user.type(screen.getByLabelText("管理令牌"), `  ${MOCK_TOKEN}  `);
    await user.click(screen.getByRole("button", { name: "进入" }));
    expect(await screen.findByRole("heading", { name: "想达到什么目标？" })).toBeTruthy();
    expect(token()).toBe(MOCK_TOKEN);
    expect(localStorage.getItem("liftloop.token")).toBeNull();
    expect(window.location.href).not.toContain(MOCK_TOKEN);
  });

  it("refuses a wrong token, says what to do, and keeps nothing", async () => {
    const { user, screen } = renderApp("/goals", { signedIn: false });
    await user.type(screen.getByLabelText("管理令牌"), "wrong");
    await user.click(screen.getByRole("button", { name: "进入" }));
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("这个令牌不对");
    expect(alert.textContent).toContain("admin.token");
    expect(token()).toBeNull();
  });

  it("ignores a token in the address", () => {
    const { screen } = renderApp(`/goals?token=${MOCK_TOKEN}#token=${MOCK_TOKEN}`, { signedIn: false });
    expect(screen.getByLabelText("管理令牌")).toBeTruthy();
    expect(token()).toBeNull();
  });

  it("comes back when the server stops knowing the token", async () => {
    const { screen } = renderApp("/campaigns", { intercept: refuse(401) });
    expect(await screen.findByLabelText("管理令牌")).toBeTruthy();
    expect(token()).toBeNull();
  });
});

describe("every page without its data", () => {
  const pages = [
    "/",
    "/goals",
    "/campaigns",
    "/campaigns/c",
    "/goals/p",
    "/audiences",
    "/audiences/a",
    "/people",
    "/people/p",
    "/tags",
    "/contents",
    "/contents/c",
    "/signals",
    "/data",
    "/data/plan",
    "/data/quarantine",
    "/data/quality",
    "/data/forms/spring",
  ];

  it.each(pages)("%s says what is wrong and offers another try", async (path) => {
    const { screen } = renderApp(path, { intercept: refuse(409) });
    const alerts = await screen.findAllByRole("alert");
    expect(alerts[0]?.textContent).toContain("正在恢复");
    expect(alerts[0]?.textContent).toContain("等一分钟再试");
    expect(within(alerts[0] as HTMLElement).getByRole("button", { name: "再试一次" })).toBeTruthy();
  });

  it.each([
    ["/goals", "还没有计划"],
    ["/campaigns", "还没有启动过活动"],
    ["/audiences", "还没有人群"],
    ["/people", "还没有客户数据"],
    ["/data", "还没有来过数据"],
    ["/data/plan", "最近 30 天没有收到事件"],
    ["/data/quarantine", "隔离区是空的"],
    ["/data/quality", "最近 30 天没有收到事件"],
    ["/tags", "还没有标签"],
    ["/contents", "还没有内容"],
  ])("%s of a new installation shows the way on", async (path, words) => {
    const { screen } = renderApp(path, { empty: true });
    expect(await screen.findByText(words)).toBeTruthy();
  });
});

describe("a server that does not answer as it should", () => {
  it("is told apart from one that is of another version", async () => {
    const page = () => new Response("<!doctype html>", { headers: { "content-type": "text/html" } });
    const { screen } = renderApp("/audiences", { intercept: page });
    expect((await screen.findAllByRole("alert"))[0]?.textContent).toContain("版本可能不一致");
  });

  it("is named as away when nothing answers", async () => {
    const { screen } = renderApp("/audiences", {
      intercept: () => {
        throw new TypeError("Failed to fetch");
      },
    });
    expect((await screen.findAllByRole("alert"))[0]?.textContent).toContain("连不上服务器");
  });
});

describe("language", () => {
  it("changes all at once and asks the server in the new one", async () => {
    const asked: (string | null)[] = [];
    const { user, screen } = renderApp("/campaigns", {
      intercept: (request) => {
        asked.push(request.headers.get("accept-language"));
        return undefined;
      },
    });
    await screen.findByRole("heading", { name: "活动" });
    await user.click(screen.getByRole("button", { name: "更多" }));
    await user.click(await screen.findByText("English"));
    expect(await screen.findByRole("heading", { name: "Campaigns" })).toBeTruthy();
    expect(document.documentElement.lang).toBe("en");
    expect(asked[0]).toBe("zh-CN");
  });
});

describe("the state of the installation", () => {
  const health = (change: object) => (request: Request) =>
    request.url.endsWith("/api/health")
      ? new Response(
          JSON.stringify({
            status: "ok",
            version: "1",
            now: "2026-11-21T02:00:00Z",
            clock: "real",
            processes: [],
            people: 1,
            events: 1,
            ...change,
          }),
        )
      : undefined;

  it("says nothing when all is well", async () => {
    const { screen } = renderApp("/campaigns", { intercept: health({}) });
    await screen.findByText("还看不出差别", { exact: false });
    expect(screen.queryByText("测试时钟", { exact: false })).toBeNull();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("names the process that does not answer, and a clock that is not the real one", async () => {
    const processes = [{ name: "dispatch", ok: false, detail: null }];
    const { screen } = renderApp("/campaigns", {
      intercept: health({ status: "degraded", clock: "manual", processes }),
    });
    expect((await screen.findByRole("alert")).textContent).toContain("dispatch");
    expect(screen.getByText("测试时钟", { exact: false }).textContent).toContain("2026");
  });
});
