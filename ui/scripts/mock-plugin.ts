/** Serves `/api` from built data, in `npm run dev` and `npm run preview`: the app without a server. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Connect, Plugin } from "vite";
import { MockServer } from "../src/testing/mock-server.ts";

/** What the desk sends with the app; here so that a page that breaks under it breaks in development. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";

export function mockApi(): Plugin {
  return {
    name: "liftloop-mock-api",
    configureServer: (server) => {
      server.middlewares.use(serve());
    },
    configurePreviewServer: (server) => {
      server.middlewares.use((_request, response, next) => {
        response.setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        next();
      });
      server.middlewares.use(serve());
    },
  };
}

function serve(): Connect.NextHandleFunction {
  const mock = new MockServer();
  return (request, response, next) => {
    if (!request.url?.startsWith("/api/")) return next();
    void asRequest(request)
      .then((asked) => mock.answer(asked))
      .then((answer) => send(answer, response), next);
  };
}

async function asRequest(message: IncomingMessage): Promise<Request> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  const headers = Object.entries(message.headers).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  const bodyless = message.method === "GET" || message.method === "HEAD";
  return new Request(`http://mock${message.url}`, {
    method: message.method ?? "GET",
    headers,
    ...(bodyless ? {} : { body: Buffer.concat(parts) }),
  });
}

async function send(answer: Response, response: ServerResponse): Promise<void> {
  response.statusCode = answer.status;
  answer.headers.forEach((value, name) => {
    response.setHeader(name, value);
  });
  response.end(Buffer.from(await answer.arrayBuffer()));
}
