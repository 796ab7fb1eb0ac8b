/** What people do, from end to end, over built data: plan and launch, select people, import a file, ask why. */
import { expect, test } from "@playwright/test";
import { AppPage } from "./pages/app";
import { AudiencePage } from "./pages/audience-page";
import { CampaignPage } from "./pages/campaign-page";
import { GoalPage } from "./pages/goal-page";

test.skip(Boolean(process.env.LIFTLOOP_URL), "these rely on the built data");

let app: AppPage;

test.beforeEach(async ({ page }) => {
  app = new AppPage(page);
  await app.choose({ language: "zh-CN", appearance: "light" });
  await app.signIn("/goals");
});

test.afterEach(() => {
  expect(app.faults).toEqual([]);
});

test("a sentence becomes a plan, the plan a campaign, the campaign people with reasons", async ({ page }) => {
  const goal = new GoalPage(page);
  await goal.write("30天内复购率 +5%，预算 20 万元，每人每周最多触达 2 次");
  await expect(goal.chips().getByRole("button")).toHaveText([/复购率/, /\+5%/, /30/, /20 万/, /2 次/]);
  await goal.plan();
  await expect(goal.section("能不能达到")).toContainText("44%");
  await expect(goal.section("能不能证明")).toContainText("86%");
  await expect(goal.section("证明的代价")).toContainText("¥11,200");
  const campaignId = await goal.launch();
  expect(campaignId).not.toBe("");

  const campaign = new CampaignPage(page);
  await campaign.open("camp_running");
  const [qualified = 0, ...rows] = await campaign.ledgerCounts();
  expect(rows.reduce((sum, count) => sum + count, 0)).toBe(qualified);
  const drawer = await campaign.openPeople("达到上限");
  await expect(drawer.getByRole("row")).toHaveCount(51);
  await drawer.getByRole("link").first().click();
  await expect(page.getByRole("dialog")).toContainText("每周上限");
});

test("a chip can be reworded and the sentence follows", async ({ page }) => {
  const goal = new GoalPage(page);
  await goal.write("30天内复购率 +5%");
  await goal.chips().getByRole("button", { name: "+5%" }).click();
  const field = page.getByRole("textbox", { name: /改成/ });
  await expect(field).toHaveValue("+5%");
  await field.fill("+8%");
  await page.getByRole("button", { name: "就这样" }).click();
  await expect(page.getByRole("textbox", { name: "目标" })).toHaveValue("30天内复购率 +8%");
  await expect(goal.chips()).toContainText("+8%");
});

test("what is missing is asked, and the answer makes the plan", async ({ page }) => {
  const goal = new GoalPage(page);
  await goal.write("提升业绩 +5%");
  await page.getByRole("button", { name: "复购率", exact: true }).click();
  await goal.plan();
  await expect(page.getByRole("button", { name: "启动", exact: true })).toBeVisible();
});

test("an impossible goal is refused with what would be possible, and cannot be launched", async ({
  page,
}) => {
  const goal = new GoalPage(page);
  await goal.write("复购率 +500%");
  await goal.plan();
  await expect(page.getByText("试试「+5%」")).toBeVisible();
  await expect(page.getByRole("button", { name: "启动", exact: true })).toHaveCount(0);
});

test("the count follows the conditions, and what is saved comes back", async ({ page }) => {
  const audience = new AudiencePage(page);
  await audience.openNew();
  const all = await audience.count();
  await audience.setDays(7);
  await expect.poll(() => audience.count()).toBeLessThan(all);
  const narrow = await audience.count();
  await audience.name("最近一周下单的人");
  await audience.save();
  await expect(page.getByRole("heading", { level: 1, name: "最近一周下单的人" })).toBeVisible();
  expect(await audience.count()).toBe(narrow);
  await page.goto("/audiences");
  await expect(page.getByRole("listitem").filter({ hasText: "最近一周下单的人" })).toContainText(
    `${narrow} 人`,
  );
});

test("a condition can be turned around, and both sides add up to everyone", async ({ page }) => {
  const audience = new AudiencePage(page);
  await audience.openNew();
  const inside = await audience.count();
  await audience.negate();
  await expect.poll(() => audience.count()).toBe(2000 - inside);
});

test("a file is dropped, its mapping shown, its question asked, its quality told", async ({ page }) => {
  await page.getByRole("button", { name: "更多" }).click();
  await page.getByRole("button", { name: "导入文件" }).click();
  const dialog = page.getByRole("dialog", { name: "导入数据" });
  await dialog.locator("input[type=file]").setInputFiles({
    name: "orders.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("InvoiceNo,CustomerID\n1,2\n"),
  });
  await expect(dialog.getByRole("row")).toHaveCount(7);
  const start = dialog.getByRole("button", { name: "导入", exact: true });
  await expect(start).toBeDisabled();
  await page.screenshot({ path: "screenshots/1280-zh-CN-import-mapping.png" });
  await dialog.getByText("是退货", { exact: true }).click();
  await start.click();
  await expect(dialog.getByText("37 行不是手机号")).toBeVisible();
  await page.screenshot({ path: "screenshots/1280-zh-CN-import-done.png" });
  const download = page.waitForEvent("download");
  await dialog.getByRole("button", { name: /下载没有收下的/ }).click();
  expect((await download).suggestedFilename()).toBe("rejected-orders.csv");
  await dialog.getByRole("button", { name: "看现在有哪些机会" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "机会", exact: true })).toBeVisible();
});

test("the whole way to a plan works from the keyboard", async ({ page }) => {
  await page.getByRole("textbox", { name: "目标" }).focus();
  await page.keyboard.type("复购率 +5%");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/goals\/plan_/);
  await page.getByRole("button", { name: "启动", exact: true }).press("Enter");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("a page's address opens that page again, and signing out asks for the token", async ({ page }) => {
  await page.goto("/people/p_10005?campaign=camp_running");
  await expect(page.getByRole("dialog")).toContainText("一道一道看");
  await page.goto("/campaigns");
  await page.getByRole("button", { name: "更多" }).click();
  await page.getByRole("button", { name: "退出登录" }).click();
  await expect(page.getByLabel("管理令牌")).toBeVisible();
  expect(await page.evaluate(() => sessionStorage.getItem("liftloop.token"))).toBeNull();
});
