import { describe, expect, it } from "vitest";
import { renderApp } from "@/testing/render-app";

describe("reviews and forecasts", () => {
  it("says of each forecast whether it came true", async () => {
    const { screen } = renderApp("/results/forecasts");
    expect(await screen.findByText(/对了 2 个（67%）/)).toBeTruthy();
    expect(screen.getAllByText("说中了").length).toBe(2);
    expect(screen.getAllByText("没说中").length).toBe(1);
  });

  it("leads from the list of experiments to the verdict of one", async () => {
    const { user, screen } = renderApp("/results/experiments");
    await user.click(await screen.findByRole("link", { name: "提前 3 天还是 5 天提醒" }));
    expect(await screen.findByRole("heading", { name: "护栏指标" })).toBeTruthy();
    expect(screen.getByText(/「five」比「three」每百人多 25.1/)).toBeTruthy();
  });

  it("shows every section of a review and keeps its PDF as a file", async () => {
    const asked: string[] = [];
    const { user, screen } = renderApp("/results/reviews/camp_running", {
      intercept: (request) => {
        if (request.url.endsWith("/review/pdf")) {
          asked.push(new URL(request.url).pathname);
          return new Response("%PDF-", { headers: { "content-type": "application/pdf" } });
        }
        return undefined;
      },
    });
    expect(await screen.findByText(/复购率比没被触达的人高 6.4%/)).toBeTruthy();
    for (const title of [
      "改变了什么",
      "做了什么",
      "对谁有用",
      "花了多少，带来多少",
      "可不可信",
      "学到什么，下一步",
    ]) {
      expect(screen.getByRole("heading", { name: title })).toBeTruthy();
    }
    const held = screen.getByRole("link", { name: /对照组：否则会收到\s*3,254 人/ });
    expect(held.getAttribute("href")).toBe(
      "/campaigns/camp_running?state=held_out&reason=held_out%3Awould_be_sent",
    );
    await user.click(screen.getByRole("button", { name: "存为 PDF" }));
    await expect.poll(() => asked).toEqual(["/api/campaigns/camp_running/review/pdf"]);
  });
});
