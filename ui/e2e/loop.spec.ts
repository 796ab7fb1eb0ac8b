/** From a goal to its report against a real server: LIFTLOOP_URL and LIFTLOOP_ADMIN_TOKEN say which. */
import { expect, test } from "@playwright/test";
import { AppPage, TOKEN } from "./pages/app";
import { CampaignPage } from "./pages/campaign-page";
import { GoalPage } from "./pages/goal-page";

const WINDOW_DAYS = 30;
const MINUTES = 60_000;

test.skip(!process.env.LIFTLOOP_URL, "needs a real server");
test.setTimeout(10 * MINUTES);

test("a sentence becomes a plan, the plan a campaign, and thirty days a report", async ({
  page,
  request,
}) => {
  const app = new AppPage(page);
  await app.choose({ language: "zh-CN", appearance: "light" });
  await app.signIn("/goals");
  const goal = new GoalPage(page);
  await goal.write("30天内复购率 +5%，预算 20 万元，每人每周最多触达 2 次");
  await goal.plan();
  await expect(goal.section("能不能达到")).toBeVisible();
  await expect(goal.section("能不能证明")).toBeVisible();
  const campaignId = await goal.launch();
  const advanced = await request.post("/api/clock", {
    headers: { Authorization: `Bearer ${TOKEN}` },
    data: { advance_s: WINDOW_DAYS * 86_400 },
    timeout: 5 * MINUTES,
  });
  expect(advanced.ok()).toBe(true);
  const campaign = new CampaignPage(page);
  await campaign.open(campaignId);
  await expect
    .poll(async () => (await campaign.ledgerCounts())[0] ?? 0, { timeout: 2 * MINUTES })
    .toBeGreaterThan(100);
  const [qualified = 0, ...rows] = await campaign.ledgerCounts();
  expect(rows.reduce((sum, count) => sum + count, 0)).toBe(qualified);
  expect(app.faults).toEqual([]);
});
