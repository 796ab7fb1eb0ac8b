/** A live campaign: its sentence, its ledger, the people behind each bar. Language: zh-CN. */
import { expect, type Locator, type Page } from "@playwright/test";

export class CampaignPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async open(campaignId: string): Promise<void> {
    await this.page.goto(`/campaigns/${encodeURIComponent(campaignId)}`);
  }

  section(title: string): Locator {
    return this.page.locator("section", {
      has: this.page.getByRole("heading", { level: 2, name: title, exact: true }),
    });
  }

  ledgerRows(): Locator {
    return this.section("每个人现在在哪一步").getByRole("listitem");
  }

  /** People by row of the ledger as shown; the first is everyone who qualified. */
  async ledgerCounts(): Promise<number[]> {
    const texts = await this.ledgerRows().locator("[class*=count]").allInnerTexts();
    return texts.map((text) => Number(/^[\d,]+/.exec(text)?.[0].replaceAll(",", "") ?? Number.NaN));
  }

  async openPeople(label: string): Promise<Locator> {
    await this.ledgerRows().filter({ hasText: label }).getByRole("link").click();
    const drawer = this.page.getByRole("dialog");
    await expect(drawer.getByRole("table")).toBeVisible();
    return drawer;
  }

  /** The table behind a chart, row by row. */
  async tableBehind(title: string): Promise<string[][]> {
    const section = this.section(title);
    await section.getByText("看数据表").click();
    const rows = await section.locator("tbody tr").all();
    return Promise.all(rows.map(async (row) => row.locator("th, td").allInnerTexts()));
  }
}
