import { within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { renderApp } from "@/testing/render-app";
import { makeMembers } from "@/testing/shop";
import { templates } from "@/testing/signals";

describe("signals and membership", () => {
  it("previews a changed number before it is published, and publishes exactly that", async () => {
    const told: { path: string; body: Promise<unknown> }[] = [];
    const { user, screen } = renderApp("/signals?signal=hesitating", {
      intercept: (request) => {
        if (request.method === "POST") {
          told.push({ path: new URL(request.url).pathname, body: request.clone().json() });
        }
        return undefined;
      },
    });
    const drawer = await screen.findByRole("dialog");
    expect((await within(drawer).findAllByText(/浏览商品 ·/)).length).toBe(3);
    expect((within(drawer).getByRole("button", { name: "没有改动" }) as HTMLButtonElement).disabled).toBe(
      true,
    );
    const days = within(drawer).getByRole("spinbutton", { name: /几天之内/ });
    await user.clear(days);
    await user.type(days, "2");
    const changed = { words: [], unless: [], values: { views: 4, days: 2 } };
    const newest = async (path: string) => await told.findLast((each) => each.path.endsWith(path))?.body;
    await expect.poll(() => newest("/hesitating/preview")).toEqual(changed);
    await user.click(await within(drawer).findByRole("button", { name: "保存改动" }));
    await expect.poll(() => newest("/templates/hesitating")).toEqual(changed);
  });

  it("changes a signal of one's own: who would give it stands beside it, and its next version is saved", async () => {
    const told: Promise<unknown>[] = [];
    const { user, screen } = renderApp("/signals/sig_formula", {
      intercept: (request) => {
        if (request.url.endsWith("/signals/own")) told.push(request.clone().json());
        return undefined;
      },
    });
    const name = await screen.findByLabelText("名称");
    expect((await screen.findAllByText(/浏览商品 ·/)).length).toBe(3);
    await user.clear(name);
    await user.type(name, "Formula");
    await user.click(screen.getByRole("button", { name: "保存改动" }));
    await expect
      .poll(() => told[0])
      .toMatchObject({
        signal_id: "sig_formula",
        name: "Formula",
        half_life_days: 2,
        definition: { all: [{ event: "Product Viewed", within_days: 3, count: { gte: 2 } }] },
      });
    await screen.findByRole("button", { name: "新信号" });
  });

  it("leads from a template that was changed by hand to its tree, and saves that as the same signal", async () => {
    const told: Promise<unknown>[] = [];
    const [first, second] = templates.templates;
    const [own] = templates.own;
    if (!first?.in_use || !second || !own) throw new Error("the built data have a template in use");
    const by_hand = { ...own, id: first.id, name: "犹豫" };
    const changed = { ...first, in_use: { ...first.in_use, changed_by_hand: true, by_hand } };
    const { user, screen } = renderApp("/signals?signal=hesitating", {
      intercept: (request) => {
        const { pathname } = new URL(request.url);
        if (pathname.endsWith("/signals/own")) told.push(request.clone().json());
        return pathname === "/api/signals/templates"
          ? Response.json({ ...templates, templates: [changed, second] })
          : undefined;
      },
    });
    await user.click(await screen.findByRole("link", { name: "按现在的条件改" }));
    const name = await screen.findByLabelText("名称");
    await user.type(name, "了");
    await user.click(await screen.findByRole("button", { name: "保存改动" }));
    await expect.poll(() => told[0]).toMatchObject({ signal_id: "hesitating", name: "犹豫了" });
  });

  it("says of a member what is missing to the next level, what runs out, and every line of points", async () => {
    const id = makeMembers(1)[0]?.id ?? "";
    const { screen } = renderApp(`/people/${id}`);
    expect(await screen.findByText("现在 420，还差 580")).toBeTruthy();
    expect(screen.getByText("城市已知")).toBeTruthy();
    expect(screen.getByText(/过期$/)).toBeTruthy();
    expect(screen.getByText(/没有记上：不够扣/)).toBeTruthy();
    expect(screen.getByText(/A-1001/)).toBeTruthy();
  });
});
