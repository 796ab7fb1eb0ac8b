/** A database source as a form holds it: its address from what a person knows of it, and which rows to pull. */
import type { Views } from "@/shared/api/client";
import type { Kind, Rule } from "../api/imports";
import type { Rules } from "./mapping";

/** Stands in the place of an address that is sealed; published again, it keeps what is there. */
export const KEPT_ADDRESS = "(set)";

export interface Choice {
  /** Empty: the query is one's own. */
  table: string;
  query: string;
  watermark: string;
  start: string;
  kind: Kind | null;
}

export const firstChoice: Choice = { table: "", query: "", watermark: "", start: "", kind: null };

/** What a trial says before there was one. */
export const nothingSeen: Views["DatabaseTrial"] = {
  server: "",
  tables: [],
  columns: [],
  query: "",
  watermark: "",
  start: 0,
  rows: 0,
  kind: null,
  names: [],
  fields: [],
  sentence: null,
};

/** What a definition pulls, as the form shows it. */
export function choiceOf(body: Record<string, unknown>): Choice {
  const text = (name: string) => (body[name] === undefined || body[name] === null ? "" : String(body[name]));
  return {
    table: "",
    query: text("query"),
    watermark: text("watermark"),
    start: text("start"),
    kind: (body.import_kind as Kind | undefined) ?? null,
  };
}

/** A start as it is meant: a number where it is one, nothing where none is given. */
export function startOf(text: string): string | number | null {
  const number = Number(text);
  if (text.trim() === "") return null;
  return Number.isFinite(number) ? number : text;
}

/** The rules that a person changed; the others follow the guess, which sees more rows later. */
export function changedRules(found: Views["DatabaseTrial"], rules: Rules): Rules {
  const guessed = new Map<string, Rule>(found.fields.map((field) => [field.field, field.rule]));
  return Object.fromEntries(Object.entries(rules).filter(([field, rule]) => rule !== guessed.get(field)));
}

export type Server = "mysql" | "postgresql" | "sqlite" | "other";

export interface Connection {
  server: Server;
  host: string;
  port: string;
  name: string;
  user: string;
  password: string;
  /** Of a file, or the whole address of another kind. */
  path: string;
}

export const SERVERS: Server[] = ["mysql", "postgresql", "sqlite", "other"];
const DRIVERS = { mysql: "mysql+pymysql", postgresql: "postgresql+psycopg" };
export const PORTS = { mysql: "3306", postgresql: "5432" };

export const firstConnection: Connection = {
  server: "mysql",
  host: "",
  port: PORTS.mysql,
  name: "",
  user: "",
  password: "",
  path: "",
};

/** Returns SQLAlchemy's address, nothing while something is missing. */
export function addressOf(connection: Connection): string {
  const { server, host, port, name, user, password, path } = connection;
  if (server === "sqlite") return path === "" ? "" : `sqlite:///${path}`;
  if (server === "other") return path.trim();
  if (host === "" || name === "" || user === "") return "";
  const login = [user, password].map(encodeURIComponent).join(":");
  const options = server === "mysql" ? "?charset=utf8mb4" : "";
  return `${DRIVERS[server]}://${login}@${host}:${port || PORTS[server]}/${encodeURIComponent(name)}${options}`;
}
