/** Every screen of the app over a filled shop: its picture, what axe says, and how long until one can work with it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { AppPage, TOKEN } from "./pages/app";
import { addressesOf, readShop } from "./screens";

const FOLDER = process.env.SCREENSHOTS ?? "screenshots";
const READY_MS_MAX = 2_000;
const FIRST_LOAD_KB_MAX = 350;

const every = (["light", "dark"] as const).flatMap((appearance) =>
  (["zh-CN", "en"] as const).flatMap((language) =>
    ([1280, 390] as const).map((width) => ({ width, language, appearance })),
  ),
);
type Look = (typeof every)[number];
const nameOf = (look: Look) => `${look.width}-${look.language}-${look.appearance}`;
/** `LOOKS=1280-zh-CN-light,390-en-dark` and `SCREENS=home,plan` take some of them only. */
const among = (variable: string | undefined, name: string) => !variable || variable.split(",").includes(name);
const looks = every.filter((look) => among(process.env.LOOKS, nameOf(look)));

const heightOf = (width: number) => (width === 390 ? 844 : 900);
/** A picture that is higher is cut: nobody looks at more of a list. */
const HEIGHT_MAX = 6_000;

interface Seen {
  name: string;
  readyMs: number;
  sidewaysPx: number;
  serious: string[];
}

test.skip(!process.env.LIFTLOOP_URL, "needs a filled shop: `make screenshots`");
test.describe.configure({ timeout: 20 * 60_000 });

for (const look of looks) {
  test(`every screen at ${look.width} px, ${look.language}, ${look.appearance}`, async ({
    page,
    request,
  }) => {
    const folder = `${FOLDER}/${nameOf(look)}`;
    mkdirSync(folder, { recursive: true });
    await page.setViewportSize({ width: look.width, height: heightOf(look.width) });
    const app = new AppPage(page);
    await app.choose(look);
    const addresses = addressesOf(await readShop(request, TOKEN));
    await page.goto("/");
    await page.locator("input[type=password]").waitFor();
    await page.screenshot({ path: `${folder}/sign-in.png` });
    await app.signIn("/");
    const seen: Seen[] = [];
    for (const [name, address] of [...addresses, ["lost", "/nowhere"] as const]) {
      if (!among(process.env.SCREENS, name)) continue;
      const readyMs = await open(page, address);
      await page.waitForTimeout(300); // Charts and drawers end their motion, at most 150 ms.
      await picture(page, look, `${folder}/${name}.png`);
      seen.push({ name, readyMs, sidewaysPx: await app.sidewaysPx(), serious: await seriousOn(page) });
    }
    print(look, seen);
    writeFileSync(`${folder}/report.json`, JSON.stringify(seen, null, 1));
    const faults = app.faults.filter((each) => !each.endsWith("/none")); // What the shop has none of is not found.
    expect.soft(faults, "faults").toEqual([]);
    for (const { name, serious, sidewaysPx, readyMs } of seen) {
      expect.soft(serious, `${name}: axe`).toEqual([]);
      expect.soft(sidewaysPx, `${name} scrolls sideways`).toBeLessThanOrEqual(0);
      expect.soft(readyMs, `${name}: ms until it can be worked with`).toBeLessThanOrEqual(READY_MS_MAX);
    }
  });
}

test("a first visit loads little", async ({ browser }) => {
  const kilobytes = await firstLoadKb(browser);
  process.stdout.write(
    `first load: ${kilobytes.toFixed(1)} kB over the wire (at most ${FIRST_LOAD_KB_MAX})\n`,
  );
  expect(kilobytes).toBeLessThanOrEqual(FIRST_LOAD_KB_MAX);
});

/** Open an address as if for the first time; return after how many ms all of it stood there and a click was answered. */
async function open(page: Page, address: string): Promise<number> {
  await page.goto(address, { waitUntil: "commit" });
  const ready = await page.waitForFunction(
    () => {
      const waits = document.querySelector("[role=status][aria-label]");
      return document.querySelector("h1, h2") && !waits ? performance.now() : 0;
    },
    undefined,
    { polling: "raf", timeout: 60_000 },
  );
  const readyMs = Math.round((await ready.jsonValue()) || 0);
  await new AppPage(page).settled();
  await expect(page.locator("[data-newer-soon]"), "the newest figures came").toHaveCount(0);
  return readyMs;
}

/** The whole page in a window that is as high as it: what sticks to an edge stays at the edge. */
async function picture(page: Page, { width }: Look, path: string): Promise<void> {
  const high = await page.evaluate(() => document.documentElement.scrollHeight);
  const height = Math.min(Math.max(high, heightOf(width)), HEIGHT_MAX);
  await page.setViewportSize({ width, height });
  await page.waitForTimeout(height > heightOf(width) ? 200 : 0);
  await page.screenshot({ path });
  await page.setViewportSize({ width, height: heightOf(width) });
}

async function seriousOn(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(" | ")}`);
}

/** Add up what comes over the wire until the page with the goal field stands, with nothing kept from before. */
async function firstLoadKb(browser: Browser): Promise<number> {
  const page = await browser.newPage();
  const wire = await page.context().newCDPSession(page);
  await wire.send("Network.enable");
  let bytes = 0;
  wire.on("Network.loadingFinished", ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await page.goto("/goals");
  await page.locator("input[type=password]").waitFor();
  await new AppPage(page).signIn("/goals");
  await page.close();
  return bytes / 1000;
}

function print(look: Look, seen: Seen[]): void {
  const rows = seen.map(
    ({ name, readyMs, serious }) =>
      `  ${name.padEnd(22)}${String(readyMs).padStart(6)} ms  ${serious.join("; ") || "–"}`,
  );
  const slowest = Math.max(...seen.map(({ readyMs }) => readyMs));
  const faulty = seen.filter(({ serious }) => serious.length > 0).length;
  process.stdout.write(
    `${[
      `${nameOf(look)}: ${seen.length} screens, ready after at most ${slowest} ms, ${faulty} with serious axe violations`,
      ...rows,
    ].join("\n")}\n`,
  );
}
