import { fireEvent } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { initials } from "@/shared/words/initials";
import { renderApp } from "@/testing/render-app";

describe("the search", () => {
  it("opens by keys, finds a page by its first letters, and goes there by Enter", async () => {
    const { user, screen } = renderApp("/tags");
    await screen.findByRole("heading", { level: 1 });
    fireEvent.keyDown(window, { key: "k", ctrlKey: true });
    const field = await screen.findByRole("combobox", { name: "搜索" });
    await user.type(field, "hdrl");
    const option = await screen.findByRole("option", { name: /活动日历/ });
    expect(option.getAttribute("aria-selected")).toBe("true");
    await user.type(field, "{Enter}");
    expect(await screen.findByRole("heading", { name: "活动日历" })).toBeTruthy();
    expect(window.location.pathname).toBe("/calendar");
  });

  it("knows the first letters of words", () => {
    expect(initials("活动日历")).toBe("hdrl");
    expect(initials("618 会员日")).toBe("618hyr");
  });
});
