import { describe, expect, it } from "vitest";
import { renderApp } from "@/testing/render-app";

describe("pictures", () => {
  it("shows each with what words call it and which contents show it, and finds them", async () => {
    const { user, screen } = renderApp("/pictures");
    expect(await screen.findByText("{{ 'hero' | asset }}")).toBeTruthy();
    expect(screen.getByText("用在：周末到店短信")).toBeTruthy();
    expect(screen.getByRole("img", { name: "秋季新品" })).toBeTruthy();
    await user.type(screen.getByLabelText("按名称、编号或替代文字找"), "没有的");
    expect(await screen.findByText("没有符合的素材")).toBeTruthy();
  });

  it("brings a file under the id that its name suggests", async () => {
    const sent: string[] = [];
    const { user, screen } = renderApp("/pictures", {
      intercept: (request) => {
        if (request.method === "POST") sent.push(new URL(request.url).pathname);
        return undefined;
      },
    });
    const file = new File(["x"], "Autumn 新品.png", { type: "image/png" });
    await user.upload(await screen.findByLabelText(/把文件拖到这里/), file);
    await user.click(await screen.findByRole("button", { name: /上.?传/ }));
    await expect.poll(() => sent).toContain("/api/assets/autumn/file");
  });
});
