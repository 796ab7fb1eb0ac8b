/** For every test: words in Chinese, a quiet matchMedia, and nothing kept from the test before. */
import { cleanup } from "@testing-library/react";
import { afterEach, beforeEach } from "vitest";
import { startWords } from "@/shared/words/language";

beforeEach(() => {
  sessionStorage.clear();
  localStorage.clear();
  startWords("zh-CN");
});

afterEach(cleanup);
