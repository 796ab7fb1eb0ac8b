/** Where a database is and as whom to read it; the password is sent to the server and kept nowhere here. */
import { Input, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { type Connection, PORTS, SERVERS, type Server } from "../model/database";
import styles from "./data.module.css";
import own from "./database.module.css";

interface DatabaseConnectionProps {
  connection: Connection;
  onChange(connection: Connection): void;
}

export function DatabaseConnection({ connection, onChange }: DatabaseConnectionProps) {
  const { t } = useTranslation();
  const serverField = useId();
  const port = (server: Server) => (server === "mysql" || server === "postgresql" ? PORTS[server] : "");
  const { server } = connection;
  return (
    <>
      <div>
        <label htmlFor={serverField}>{t("data.database.server")}</label>
        <Select<Server>
          id={serverField}
          className={own.wide ?? ""}
          value={server}
          onChange={(next) => onChange({ ...connection, server: next, port: port(next), path: "" })}
          options={SERVERS.map((each) => ({ value: each, label: t(`data.database.kind.${each}`) }))}
        />
      </div>
      {server === "sqlite" || server === "other" ? (
        <Line part="path" label={server === "sqlite" ? "path" : "address"} {...{ connection, onChange }} />
      ) : (
        <>
          <div className={own.pair}>
            <Line part="host" label="host" {...{ connection, onChange }} />
            <Line part="port" label="port" {...{ connection, onChange }} />
          </div>
          <Line part="name" label="name" {...{ connection, onChange }} />
          <Line part="user" label="user" {...{ connection, onChange }} />
          <Line part="password" label="password" {...{ connection, onChange }} />
        </>
      )}
      <p className={styles.quiet}>{t("data.database.sealed")}</p>
    </>
  );
}

interface LineProps extends DatabaseConnectionProps {
  part: Exclude<keyof Connection, "server">;
  label: "host" | "port" | "name" | "user" | "password" | "path" | "address";
}

function Line({ connection, onChange, part, label }: LineProps) {
  const { t } = useTranslation();
  const id = useId();
  const Field = label === "password" ? Input.Password : Input;
  return (
    <div>
      <label htmlFor={id}>{t(`data.database.${label}`)}</label>
      <Field
        id={id}
        value={connection[part]}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange({ ...connection, [part]: event.target.value })}
      />
    </div>
  );
}
