/** What a server says besides data: a refusal in both languages, and JSON. */
import type { Views } from "@/shared/api/client";
import { NOW } from "./shop.ts";

export class Refusal extends Error {
  readonly status: number;
  readonly view: Views["ErrorView"];

  constructor(status: number, code: string, zh: string, en: string, next: string) {
    super(code);
    this.status = status;
    this.view = { code, message: zh, next, message_zh: zh, message_en: en };
  }
}

export const notFound = () => new Refusal(404, "not_found", "没有找到", "Not found", "");

export function found<T>(all: T[], is: (each: T) => boolean): T {
  const one = all.find(is);
  if (one === undefined) throw notFound();
  return one;
}

export function json(body: unknown, status: number): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
}

export function health(people: number): Views["Health"] {
  const processes = ["tick", "dispatch", "desk"].map((name) => ({ name, ok: true, detail: null }));
  return { status: "ok", version: "0.1.0", now: NOW, clock: "real", processes, people, events: people * 12 };
}

/** Whoever holds the admin token; there is an account already, so that no first one is asked for. */
export const administrator: Views["SessionView"] = {
  signed_in: true,
  via: "admin_token",
  account_id: "",
  name: "",
  login: "",
  role: "admin",
  teams: [],
  staff: "",
  may: ["rules.read", "account.read", "model.calls", "data.read", "audit.read", "profile.reveal"],
  csrf: "",
  second_factor: false,
  second_factor_first: false,
  has_password: false,
  set_up: true,
  single_sign_on: null,
};

/** Somebody who has shown nothing yet, where no account was made. */
export const stranger: Views["SessionView"] = {
  ...administrator,
  signed_in: false,
  via: "session",
  role: null,
  set_up: false,
};
