/** The editor of an audience and its live count. Language: zh-CN. */
import { expect, type Page } from "@playwright/test";

export class AudiencePage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async openNew(): Promise<void> {
    await this.page.goto("/audiences/new");
    await expect(this.counter()).toBeVisible();
  }

  async open(audienceId: string): Promise<void> {
    await this.page.goto(`/audiences/${encodeURIComponent(audienceId)}`);
    await expect(this.counter()).toBeVisible();
  }

  private counter() {
    return this.page.locator("[class*=count][data-stale=false]");
  }

  /** People that the conditions hold now, once the count is no longer stale. */
  async count(): Promise<number> {
    const text = (await this.counter().textContent()) ?? "";
    return Number(/^[\d,]+/.exec(text)?.[0].replaceAll(",", "") ?? Number.NaN);
  }

  async name(words: string): Promise<void> {
    await this.page.getByLabel("名称").fill(words);
  }

  /** Change the window of the first event condition. */
  async setDays(days: number): Promise<void> {
    await this.page.getByRole("spinbutton", { name: "天数" }).first().fill(String(days));
  }

  async negate(): Promise<void> {
    await this.page.getByRole("combobox", { name: "是否取反" }).first().click();
    await this.page
      .getByRole("option", { name: "不是" })
      .or(this.page.locator(".ant-select-item-option", { hasText: "不是" }))
      .last()
      .click();
  }

  async save(): Promise<void> {
    await this.page.getByRole("button", { name: "保存" }).click();
    await expect(this.page).toHaveURL(/\/audiences\/(?!new$)[^/]+$/);
  }
}
