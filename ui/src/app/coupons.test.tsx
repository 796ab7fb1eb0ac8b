import { describe, expect, it } from "vitest";
import { renderApp } from "@/testing/render-app";

describe("pools of coupons", () => {
  it("lets a restored pool give again once somebody lists what was given, or answers for it", async () => {
    const told: Promise<unknown>[] = [];
    const { user, screen } = renderApp("/coupons", {
      intercept: (request) => {
        if (request.url.endsWith("/partner/release")) told.push(request.clone().json());
        return undefined;
      },
    });
    expect(await screen.findByText("暂停发放")).toBeTruthy();
    const release = screen.getByRole("button", { name: "恢复发放" });
    expect((release as HTMLButtonElement).disabled).toBe(true);
    const answer = screen.getByRole("checkbox", { name: /没有名单/ });
    await user.click(answer);
    expect((release as HTMLButtonElement).disabled).toBe(false);
    await user.click(answer);
    await user.type(screen.getByLabelText(/备份之后发出去的券码/), "G2{enter} G7 ");
    expect(screen.queryByRole("checkbox", { name: /没有名单/ })).toBeNull();
    await user.click(release);
    await expect.poll(() => told[0]).toMatchObject({ given: ["G2", "G7"] });
    await expect.poll(() => screen.queryByText("暂停发放")).toBeNull();
  });
});
