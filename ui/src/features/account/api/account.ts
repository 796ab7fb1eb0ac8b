/** Signing in and out, one's own account, and for administrators everybody's. */
import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";
import { beginSession, endSession, forgetToken, type Session } from "@/shared/api/session";

export type Account = Views["AccountView"];
export type Token = Views["TokenView"];
export type AuditEntry = Views["AuditEntry"];
export type Role = Account["role"];
export const roles: Role[] = ["staff", "viewer", "operator", "approver", "admin"];

export const sessionOptions = queryOptions({
  queryKey: ["session"],
  queryFn: () => answered(api.GET("/api/session")),
});

export const accountsOptions = queryOptions({
  queryKey: ["accounts"],
  queryFn: () => answered(api.GET("/api/accounts")),
});

export const tokensOptions = queryOptions({
  queryKey: ["tokens"],
  queryFn: () => answered(api.GET("/api/tokens")),
});

export const ownSessionsOptions = queryOptions({
  queryKey: ["own-sessions"],
  queryFn: () => answered(api.GET("/api/account/sessions")),
});

export async function lookAround(): Promise<Session> {
  return answered(api.GET("/api/session"));
}

export async function signIn(body: Views["SignInRequest"]): Promise<Session> {
  const session = await answered(api.POST("/api/session", { body }));
  beginSession(session);
  return session;
}

export async function signOut(): Promise<void> {
  await answered(api.DELETE("/api/session")).catch(() => undefined);
  forgetToken();
  endSession();
}

export async function setUp(body: Views["SetUpRequest"], token: string): Promise<void> {
  const headers = { Authorization: `Bearer ${token}` };
  beginSession(await answered(api.POST("/api/session/set-up", { body, headers })));
}
