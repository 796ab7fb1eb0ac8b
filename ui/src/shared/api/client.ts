/** One typed client for the same-origin API: sends the token and the language, and tells when a token is refused. */
import createClient, { type Middleware } from "openapi-fetch";
import { currentLanguage } from "@/shared/words/language";
import type { components, paths } from "./schema";
import { csrf, refused, token } from "./session";

export type Views = components["schemas"];

const bearer: Middleware = {
  onRequest({ request }) {
    const known = token();
    if (known) request.headers.set("Authorization", `Bearer ${known}`);
    else if (csrf()) request.headers.set("X-CSRF-Token", csrf());
    request.headers.set("Accept-Language", currentLanguage());
    request.headers.set("Prefer", "wait=1"); // Figures of shortly before, with their moment, rather than a longer wait.
    return request;
  },
  onResponse({ response }) {
    if (response.status === 401) refused();
    return response;
  },
};

export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  // Looked up at each call, so that a test may put its own server behind `fetch`.
  fetch: (request) => globalThis.fetch(request),
});
api.use(bearer);
