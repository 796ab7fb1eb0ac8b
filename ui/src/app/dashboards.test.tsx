import { waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { renderApp } from "@/testing/render-app";

const RIGHT_TO_LEFT = "محمد (VIP) 👩‍👩‍👧";

describe("a dashboard", () => {
  async function copied(name: string) {
    const { user, screen } = renderApp("/results/dashboards");
    await user.click(await screen.findByRole("link", { name: "销售" }));
    await user.click(await screen.findByRole("button", { name: "复制一份再改" }));
    const field = await screen.findByRole("textbox", { name: "看板名称" });
    await user.clear(field);
    await user.type(field, name);
    return { screen };
  }

  it("asks before the back button drops a draft", async () => {
    const { screen } = await copied("周会");
    window.history.back();
    expect((await screen.findAllByText("有改动还没保存，离开就没有了")).length).toBeGreaterThan(0);
  });

  it("leads from a bar to the people behind it, and back", async () => {
    const { user, screen } = renderApp("/results/dashboards");
    await user.click(await screen.findByRole("link", { name: "销售" }));
    const links = await screen.findAllByRole("link", { name: /奶粉|饮料|零食|咖啡|面包/ });
    await user.click(links[0] as HTMLElement);
    expect(window.location.search).toContain("group=0");
    expect(await screen.findByRole("dialog", { name: /人$/ })).toBeTruthy();
  });

  it("pages through ten thousand people, fifty at a time", async () => {
    const asked: string[] = [];
    const { user, screen } = renderApp("/results/dashboards/ready-sales?tile=revenue", {
      intercept: (request) => {
        if (!request.url.endsWith("/api/dashboards/people")) return undefined;
        const from = 50 * asked.push(request.url) - 50;
        const people = Array.from({ length: 50 }, (_, row) => ({
          profile_id: `p${from + row}`,
          name: row === 0 ? RIGHT_TO_LEFT : `人${from + row}`,
          identifier: "",
          city: "",
          last_seen_at: null,
          note: null,
        }));
        return Response.json({ total: 10_000, people, next: String(from + 50) });
      },
    });
    const drawer = within(await screen.findByRole("dialog", { name: /10,000 人$/ }));
    expect(drawer.getAllByRole("row")).toHaveLength(51);
    const [first] = drawer.getAllByText(RIGHT_TO_LEFT); // What stands beside it keeps its order.
    expect(first?.tagName).toBe("BDI");
    await user.click(drawer.getByRole("button", { name: "再看一些" }));
    await waitFor(() => expect(drawer.getAllByRole("row")).toHaveLength(101));
    expect(asked).toHaveLength(2);
  });
});
