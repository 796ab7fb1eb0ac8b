/** A database's address, put together from what a person knows of it. */
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
