/** Says an error in the reader's language, whichever language the server was asked in. */
import { ApiError } from "@/shared/api/answer";
import type { Language } from "./language";

export interface ErrorWords {
  what: string;
  next: string;
}

export function errorWords(error: unknown, language: Language, unknown: string): ErrorWords {
  if (!(error instanceof ApiError)) return { what: unknown, next: "" };
  const { view } = error;
  const what = language === "en" ? view.message_en : view.message_zh;
  // `next` comes in the language of the request alone; shown in the other one it would be a surprise.
  return { what, next: view.message === what ? view.next : "" };
}
