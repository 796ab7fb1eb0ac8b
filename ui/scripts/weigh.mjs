// Adds up what a first visit loads (the page with the goal field and the words of one language, gzipped) and fails above the budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_KB = 350;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

const files = new Set();
function add(key) {
  const chunk = manifest[key];
  if (!chunk || files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const style of chunk.css ?? []) files.add(style);
  for (const inner of chunk.imports ?? []) add(inner);
}
add("index.html");
add("src/app/pages/goals.tsx");
add("src/locales/zh-cn.ts"); // The words of one language, the larger.

const sizes = [...files].map((file) => [file, gzipSync(readFileSync(new URL(file, dist))).length / 1000]);
const total = sizes.reduce((sum, [, size]) => sum + size, 0);
for (const [file, size] of sizes.sort((a, b) => b[1] - a[1]))
  process.stdout.write(`${size.toFixed(1).padStart(8)} kB  ${file}\n`);
process.stdout.write(`${total.toFixed(1).padStart(8)} kB  first load, gzipped (at most ${BUDGET_KB})\n`);
if (total > BUDGET_KB) process.exit(1);
