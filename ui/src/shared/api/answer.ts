/** Turns every answer of the client into data or one kind of error, told in both languages. */
import type { Views } from "./client";

export type ErrorView = Views["ErrorView"];

export class ApiError extends Error {
  readonly view: ErrorView;
  readonly status: number;

  constructor(view: ErrorView, status: number) {
    super(`${view.code}: ${view.message_en}`);
    this.view = view;
    this.status = status;
  }
}

const unreachable: ErrorView = {
  code: "server_unreachable",
  message: "",
  next: "",
  message_zh: "连不上服务器",
  message_en: "The server does not answer",
};

const unreadable: ErrorView = {
  code: "unreadable_answer",
  message: "",
  next: "",
  message_zh: "读不懂服务器的答复：页面和服务器的版本可能不一致，刷新页面再试",
  message_en:
    "The server's answer cannot be read: page and server may be of different versions; reload the page",
};

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Wait for a call; return its data or throw `ApiError`, also where no server answered at all. */
export async function answered<T>(call: Promise<Answer<T>>): Promise<T> {
  const answer = await call.catch((error: unknown) => {
    throw new ApiError(error instanceof SyntaxError ? unreadable : unreachable, 0);
  });
  if (answer.response.ok && answer.data !== undefined) return answer.data;
  throw new ApiError(asView(answer.error, answer.response.status), answer.response.status);
}

function asView(body: unknown, status: number): ErrorView {
  if (body !== null && typeof body === "object" && "code" in body && "message_zh" in body) {
    return body as ErrorView;
  }
  return {
    code: `http_${status}`,
    message: "",
    next: "",
    message_zh: `服务器答复了 ${status}，没有说明原因`,
    message_en: `The server answered ${status} without a reason`,
  };
}
