/** From a sentence to a launched campaign. Works on the real server as on built data; language: zh-CN. */
import { expect, type Page } from "@playwright/test";

const PLAN_MS_MAX = 150_000; // A million people may take two minutes.

export class GoalPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async open(): Promise<void> {
    await this.page.goto("/goals");
  }

  async write(goal: string): Promise<void> {
    await this.page.getByRole("textbox", { name: "目标" }).fill(goal);
  }

  chips() {
    return this.page.getByRole("group", { name: "我理解为" });
  }

  /** Ask for the plan and wait for its page; returns the plan's id. */
  async plan(): Promise<string> {
    const before = this.page.url();
    await this.page.getByRole("button", { name: "做成计划" }).click();
    await expect(this.page).not.toHaveURL(before, { timeout: PLAN_MS_MAX });
    await expect(this.page).toHaveURL(/\/goals\/[^/]+$/);
    return decodeURIComponent(new URL(this.page.url()).pathname.split("/").pop() ?? "");
  }

  section(title: string) {
    return this.page.locator("section", {
      has: this.page.getByRole("heading", { level: 2, name: title, exact: true }),
    });
  }

  /** Launch and confirm; returns the campaign's id. */
  async launch(): Promise<string> {
    await this.page.getByRole("button", { name: "启动", exact: true }).click();
    await this.page.getByRole("dialog").getByRole("button", { name: "启动", exact: true }).click();
    await expect(this.page).toHaveURL(/\/campaigns\/[^/]+$/, { timeout: PLAN_MS_MAX });
    return decodeURIComponent(new URL(this.page.url()).pathname.split("/").pop() ?? "");
  }
}
