import { describe, expect, it } from "vitest";
import { renderApp } from "@/testing/render-app";

describe("contents", () => {
  it("lists them by folder with what may be sent and where each is used", async () => {
    const { screen } = renderApp("/contents");
    expect(await screen.findByRole("link", { name: "周末到店短信" })).toBeTruthy();
    expect(screen.getByText("不能发")).toBeTruthy();
    expect(screen.getByText("已批准")).toBeTruthy();
    expect(screen.getAllByText("用在：周末到店").length).toBe(2);
  });

  it("checks and previews what is typed, and saves exactly that", async () => {
    const told: Promise<unknown>[] = [];
    const { user, screen } = renderApp("/contents/weekend", {
      intercept: (request) => {
        if (request.method === "POST" && request.url.endsWith("/api/contents")) {
          told.push(request.clone().json());
        }
        return undefined;
      },
    });
    expect(await screen.findByText(/营销短信要写明怎么退订/)).toBeTruthy();
    expect(screen.getByRole("button", { name: "登记例外" })).toBeTruthy();
    const body = screen.getByLabelText("正文");
    await user.clear(body);
    await user.type(body, "拒收请回复R");
    expect(await screen.findByText("没有发现问题")).toBeTruthy();
    expect(await screen.findByText("【小店】拒收请回复R")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "保存" }));
    await expect.poll(async () => ((await told[0]) as { body?: string })?.body).toBe("拒收请回复R");
  });

  it("builds a landing page from blocks", async () => {
    const told: Promise<unknown>[] = [];
    const { user, screen } = renderApp("/contents/new?format=page", {
      intercept: (request) => {
        if (request.method === "POST" && request.url.endsWith("/api/contents")) {
          told.push(request.clone().json());
        }
        return undefined;
      },
    });
    await user.click(await screen.findByRole("button", { name: "标题" }));
    await user.type(screen.getByLabelText("文字"), "秋季新品");
    await user.click(screen.getByRole("button", { name: "分隔线" }));
    await user.click(screen.getAllByRole("button", { name: "上移" })[1] as HTMLElement);
    expect((await screen.findByTitle("落地页预览")).getAttribute("sandbox")).toBe("");
    await user.click(screen.getByRole("button", { name: "保存" }));
    await expect
      .poll(async () => (await told[0]) as { format?: string; blocks?: unknown[] })
      .toMatchObject({
        format: "page",
        blocks: [{ type: "divider" }, { type: "heading", text: "秋季新品" }],
      });
  });

  it("shows what a version changed", async () => {
    const { user, screen } = renderApp("/contents/weekend");
    await user.click(await screen.findByRole("button", { name: "和当前比较" }));
    expect((await screen.findByText(/\+ 第一品牌/)).getAttribute("data-kind")).toBe("added");
  });

  it("puts a draft into the editor, and takes it out again", async () => {
    const asked: Promise<unknown>[] = [];
    const { user, screen } = renderApp("/contents/weekend", {
      intercept: (request) => {
        if (request.url.endsWith("/api/contents/drafts")) asked.push(request.clone().json());
        return undefined;
      },
    });
    await user.click(await screen.findByRole("button", { name: "帮我写几篇" }));
    await user.type(await screen.findByLabelText("为了什么"), "欢迎新会员");
    await user.click(screen.getByRole("button", { name: "写草稿" }));
    expect(await screen.findByText("按目标写成：欢迎新会员")).toBeTruthy();
    expect(await asked[0]).toMatchObject({ goal: "欢迎新会员", channel: "sms", language: "zh-CN" });
    expect(screen.getAllByRole("button", { name: "用这一篇" })).toHaveLength(2);
    await user.click(screen.getAllByRole("button", { name: "用这一篇" })[0] as HTMLElement);
    const body = () => (screen.getByLabelText("正文") as HTMLTextAreaElement).value;
    await expect.poll(body).toBe("欢迎加入，有什么想了解的，直接问我们。拒收请回复R");
    await user.click(screen.getByRole("button", { name: "恢复原来的文字" }));
    expect(body()).not.toContain("欢迎加入");
  });
});
