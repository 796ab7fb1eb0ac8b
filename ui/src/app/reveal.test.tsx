import { expect, it } from "vitest";
import { renderApp } from "@/testing/render-app";

it("shows somebody's details only with a reason", async () => {
  const { user, screen } = renderApp("/people/p_10005");
  await user.click(await screen.findByRole("button", { name: "查看完整信息" }));
  const show = await screen.findByRole("button", { name: "查看" });
  expect(show.hasAttribute("disabled")).toBe(true);
  await user.type(screen.getByRole("textbox", { name: /为什么|原因/ }), "回拨客户电话");
  await user.click(show);
  await screen.findByText(/^1\d{10}$/);
});
