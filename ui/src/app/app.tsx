/** Everything around the pages: look, language, queries, and the gate that asks for the token. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { App as AntApp, ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { useEffect, useState, useSyncExternalStore } from "react";
import { RouterProvider } from "react-router";
import { ApiError } from "@/shared/api/answer";
import { onEntering, whoEntered } from "@/shared/api/session";
import { AppearanceProvider, useLook } from "@/shared/appearance";
import { antdTheme } from "@/shared/tokens";
import { useLanguage } from "@/shared/words/language";
import { makeRouter } from "./router";
import { SignIn } from "./sign-in";
import { SignInAgain } from "./sign-in-again";

const RETRIES_MAX = 2; // A server that restarts is back within two tries; a refusal is never retried.

function makeQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (failures, error) =>
          error instanceof ApiError && (error.status === 0 || error.status >= 500) && failures < RETRIES_MAX,
        refetchOnWindowFocus: false,
      },
    },
  });
}

export function App() {
  return (
    <AppearanceProvider>
      <Dressed />
    </AppearanceProvider>
  );
}

function Dressed() {
  const { appearance, still } = useLook();
  const locale = useLanguage() === "en" ? enUS : zhCN;
  return (
    <ConfigProvider
      theme={antdTheme(appearance, still)}
      locale={locale}
      button={{ autoInsertSpace: false }}
      wave={{ disabled: still }}
    >
      <AntApp>
        <Gate />
      </AntApp>
    </ConfigProvider>
  );
}

function Gate() {
  const { token, session, expired } = useSyncExternalStore(onEntering, whoEntered);
  const known = token ?? session?.account_id ?? null;
  if (known === null) return <SignIn />;
  return (
    <>
      <SignedIn key={known} />
      {expired ? <SignInAgain login={session?.login ?? ""} /> : null}
    </>
  );
}

/** A fresh cache and router for each reader: nothing that one reader saw is left for the next. */
function SignedIn() {
  const [queries] = useState(makeQueries);
  const [router] = useState(makeRouter);
  useEffect(() => () => queries.clear(), [queries]);
  return (
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  );
}
