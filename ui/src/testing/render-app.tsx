/** The whole app over a mock server, at one address, signed in unless told otherwise. */
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { vi } from "vitest";
import { App } from "@/app/app";
import { keepToken } from "@/shared/api/session";
import { MOCK_TOKEN, MockServer } from "./mock-server";

interface Options {
  signedIn?: boolean;
  empty?: boolean;
  /** Stands in for the server: answers before it, or gives undefined to let it answer. */
  intercept?: (request: Request) => Response | undefined;
}

export function renderApp(path: string, { signedIn = true, empty = false, intercept }: Options = {}) {
  const server = new MockServer({ empty });
  vi.stubGlobal("fetch", async (request: Request) => intercept?.(request) ?? server.answer(request));
  window.history.pushState(null, "", path);
  if (signedIn) keepToken(MOCK_TOKEN);
  render(<App />);
  return { user: userEvent.setup(), screen };
}
