/** The app as a person meets it: signs in, goes somewhere, and notes everything that went wrong on the way. */
import { expect, type Locator, type Page } from "@playwright/test";

export const TOKEN = process.env.LIFTLOOP_ADMIN_TOKEN ?? "demo-token";

export class AppPage {
  readonly page: Page;
  /** Uncaught errors, missing words, refused loads: a test ends with `expect(app.faults).toEqual([])`. */
  readonly faults: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on("pageerror", (error) => this.faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") this.faults.push(`${message.text()} ${message.location().url}`);
    });
    page.on("request", (request) => {
      const { host, protocol } = new URL(request.url());
      if (
        protocol.startsWith("http") &&
        host !== new URL(page.url() === "about:blank" ? request.url() : page.url()).host
      ) {
        this.faults.push(`another host was asked: ${request.url()}`);
      }
    });
  }

  async choose(look: { language?: "zh-CN" | "en"; appearance?: "light" | "dark" }): Promise<void> {
    await this.page.addInitScript((wanted) => {
      if (wanted.language) localStorage.setItem("liftloop.language", wanted.language);
      if (wanted.appearance) localStorage.setItem("liftloop.appearance", wanted.appearance);
    }, look);
  }

  /** Paste the token at the gate, as a person does. */
  async signIn(path = "/"): Promise<void> {
    await this.page.goto(path);
    await this.page.locator("input[type=password]").fill(TOKEN);
    await this.page.locator("button[type=submit]").click();
    const later = this.page.getByRole("button", { name: /以后再说|Later/ });
    await expect(this.page.getByRole("navigation").or(later).first()).toBeVisible();
    if (await later.isVisible()) await later.click(); // Nobody has an account yet: go on with the token.
    await expect(this.page.locator("input[type=password]")).toHaveCount(0);
    await this.settled();
  }

  async go(path: string): Promise<void> {
    await this.page.goto(path);
    await this.settled();
  }

  /** No skeleton is left and no request is on its way. */
  async settled(): Promise<void> {
    await this.page.waitForLoadState("networkidle");
    await expect(this.page.locator("[role=status][aria-label]")).toHaveCount(0);
  }

  heading(): Locator {
    return this.page.getByRole("heading", { level: 1 });
  }

  async sidewaysPx(): Promise<number> {
    return this.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
  }
}
