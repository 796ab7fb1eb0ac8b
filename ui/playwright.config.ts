/** Page tests and pictures. Without LIFTLOOP_URL they run on the built app over built data. */
import { defineConfig } from "@playwright/test";

const real = process.env.LIFTLOOP_URL;

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  // Built data is alike for all; on a real server one test follows the other.
  workers: real ? 1 : 2,
  fullyParallel: !real,
  // They share two cores with linters and type checkers, and wait for what they expect no longer than it takes.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  use: {
    baseURL: real ?? "http://127.0.0.1:4173",
    viewport: { width: 1280, height: 900 },
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    // What moves while it is pressed is missed where the machine is busy; the app stands still for whoever asks for it.
    contextOptions: { reducedMotion: "reduce" },
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  ...(real
    ? {}
    : {
        webServer: {
          command: "npm run preview",
          url: "http://127.0.0.1:4173/mark.svg",
          reuseExistingServer: false,
          timeout: 60_000,
        },
      }),
});
