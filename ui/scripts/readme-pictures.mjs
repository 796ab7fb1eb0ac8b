// Makes the README's pictures of those that `make screenshots` took: the top of a page, small, as WebP, in both languages.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "@playwright/test";

const [from, to] = process.argv.slice(2);
const WIDTH = 1_000;
const QUALITY = 0.82;
const WIDE = ["home", "plan", "campaign", "review", "audience", "dashboard", "calendar", "person"];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
const page = await browser.newPage();
for (const language of ["zh-CN", "en"]) {
  const folder = join(to, language);
  mkdirSync(folder, { recursive: true });
  for (const name of WIDE) {
    const png = readFileSync(join(from, `1280-${language}-light`, `${name}.png`)).toString("base64");
    const webp = await page.evaluate(
      async ({ png, width, quality }) => {
        const image = new Image();
        image.src = `data:image/png;base64,${png}`;
        await image.decode();
        const shown = Math.min(image.height, (image.width * 25) / 36);
        const canvas = document.createElement("canvas");
        canvas.width = width;
        canvas.height = Math.round((shown * width) / image.width);
        const pen = canvas.getContext("2d");
        pen.imageSmoothingQuality = "high";
        pen.drawImage(image, 0, 0, image.width, shown, 0, 0, canvas.width, canvas.height);
        return canvas.toDataURL("image/webp", quality).split(",")[1];
      },
      { png, width: WIDTH, quality: QUALITY },
    );
    writeFileSync(join(folder, `${name}.webp`), Buffer.from(webp, "base64"));
  }
}
await browser.close();
