import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { mockApi } from "./scripts/mock-plugin.ts";

/** `LIFTLOOP_API=http://127.0.0.1:8080 npm run dev` works on a real server; without it on built data. */
const server = process.env.LIFTLOOP_API;

export default defineConfig({
  plugins: [react(), ...(server ? [] : [mockApi()])],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: server ? { proxy: { "/api": server } } : {},
  build: {
    manifest: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/setup.ts"],
    maxWorkers: 1,
    isolate: false, // One window for all files: making one for each took longer than the tests.
    testTimeout: 30_000, // The first page of a run is compiled within its test, on a machine that is shared.
  },
});
