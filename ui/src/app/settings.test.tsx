import { expect, it } from "vitest";
import { renderApp } from "@/testing/render-app";

it("says what limits would mean while they are changed, sets them, and keeps them on record", async () => {
  const { user, screen } = renderApp("/settings/limits");
  await screen.findByText(/最多收到 3 条/);
  await user.click(screen.getByRole("button", { name: "去掉这条上限" }));
  await screen.findByText("没有频次上限");
  expect(screen.getByText("改了以后")).toBeTruthy();
  const save = screen.getByRole("button", { name: /保\s?存/ });
  await expect.poll(() => save.hasAttribute("disabled")).toBe(false);
  await user.click(save);
  await screen.findByText("已保存，立即生效。");
  await screen.findByText("王芳");
});
