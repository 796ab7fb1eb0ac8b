import { describe, expect, it } from "vitest";
import { flat } from "@/testing/campaigns";
import { renderApp } from "@/testing/render-app";

/** The campaign that is over, as that of a trial where it is told so. */
function over(planId: string, told: Promise<unknown>[] = []) {
  return renderApp(`/campaigns/${flat.campaign_id}`, {
    intercept: (request) => {
      const { pathname } = new URL(request.url);
      if (request.method === "POST" && pathname === "/api/goals") told.push(request.clone().json());
      return pathname === `/api/campaigns/${flat.campaign_id}`
        ? Response.json({ ...flat, plan_id: planId })
        : undefined;
    },
  });
}

describe("a trial that has ended", () => {
  it("makes the plan that it was for, from the same sentence and the same wish for proof", async () => {
    const told: Promise<unknown>[] = [];
    const { user, screen } = over("plan_exploration", told);
    await user.click(await screen.findByRole("button", { name: "做正式计划" }));
    await expect.poll(() => told[0]).toMatchObject({ text: "复购率 +4%，先试探", proof: true });
    await expect.poll(() => window.location.pathname).toMatch(/^\/goals\/plan_\d+$/);
  });

  it("says nothing of a second plan where the campaign was no trial", async () => {
    const { screen } = over("plan_launched");
    await screen.findAllByText(/还看不出差别/);
    await screen.findAllByRole("link", { name: "看计划" });
    expect(screen.queryByRole("button", { name: "做正式计划" })).toBeNull();
  });
});
