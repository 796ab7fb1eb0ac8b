/** For every test: words in Chinese, what a browser has and the stand-in lacks, and nothing kept from the test before. */
import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";
import { startWords } from "@/shared/words/language";

// The picture itself is looked at in a browser; here its sentence and its table are what counts.
vi.mock("@/shared/chart/canvas", () => ({ default: () => null }));

// What is waited for must come all the same: a page takes its time on a machine that lints and browses beside it.
configure({ asyncUtilTimeout: 15_000 });

beforeEach(async () => {
  // A file that is saved leaves the one window at its address.
  (window as unknown as { happyDOM: { setURL: (url: string) => void } }).happyDOM.setURL(
    "http://localhost:3000",
  );
  sessionStorage.clear();
  localStorage.clear();
  await startWords("zh-CN");
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});
