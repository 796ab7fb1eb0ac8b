import { waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { renderApp } from "@/testing/render-app";

const one = {
  unit: "count",
  groups: [{ value: "", name: { zh: "", en: "" }, other: false }],
  points: [{ group: 0, at: null, value: 7 }],
  before: null,
  from_at: null,
  to_at: "2026-11-24T00:00:00+08:00",
};

describe("figures of shortly before", () => {
  it("are shown with their moment, and give way to the newer ones", async () => {
    const preferred = new Set<string | null>();
    let newerSoon = true;
    const { screen } = renderApp("/results/dashboards/ready-sales", {
      intercept: (request) => {
        if (!request.url.endsWith("/api/dashboards/answer")) return undefined;
        preferred.add(request.headers.get("Prefer"));
        return Response.json({
          ...one,
          counted: { at: "2026-11-24T10:31:00+08:00", newer_soon: newerSoon },
        });
      },
    });
    expect(await screen.findByText(/部分数字截至 .*:31，正在更新/)).toBeTruthy();
    newerSoon = false;
    await waitFor(() => expect(screen.queryByText(/部分数字截至/)).toBeNull(), { timeout: 5_000 });
    expect([...preferred]).toEqual(["wait=1"]);
  });
});
