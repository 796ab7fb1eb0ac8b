import { describe, expect, it } from "vitest";
import { renderApp } from "@/testing/render-app";

describe("the language model", () => {
  it("is set without telling its key, and tried", async () => {
    const sent: Promise<unknown>[] = [];
    const { user, screen } = renderApp("/settings/model", {
      intercept: (request) => {
        if (request.method === "PUT") sent.push(request.clone().json());
        return undefined;
      },
    });
    const name = await screen.findByLabelText("模型名称");
    expect((screen.getByLabelText("密钥") as HTMLInputElement).value).toBe("");
    await user.clear(name);
    await user.type(name, "deepseek-reasoner");
    await user.click(screen.getByRole("button", { name: "保存" }));
    await screen.findByText("已保存。");
    expect(await sent[0]).toMatchObject({
      model: { name: "deepseek-reasoner", key: "(set)", month_fen: 10_000 },
    });
    await user.click(screen.getByRole("button", { name: "试写一篇" }));
    await screen.findByText(/桂花乌龙刚到/);
    expect(screen.getByText("不超过", { exact: false, selector: "p" })).toBeTruthy();
  });
});
