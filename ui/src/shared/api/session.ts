/**
 * Who is signed in here: by a session whose cookie no script can read, or by the admin token of this tab, kept in
 * sessionStorage, never in an address, gone when the tab is closed.
 */
import type { components } from "./schema";

export type Session = components["schemas"]["SessionView"];

interface Entered {
  token: string | null;
  session: Session | null;
  /** A session ended while a page was open: the page stays, and one signs in again over it. */
  expired: boolean;
}

const KEY = "liftloop.token";
const listeners = new Set<() => void>();
let entered: Entered = { token: null, session: null, expired: false };

export function token(): string | null {
  return sessionStorage.getItem(KEY);
}

export function keepToken(value: string): void {
  sessionStorage.setItem(KEY, value);
  become({ token: value, session: null, expired: false });
}

export function forgetToken(): void {
  if (token() === null) return;
  sessionStorage.removeItem(KEY);
  become({ token: null, session: null, expired: false });
}

export function beginSession(session: Session): void {
  sessionStorage.removeItem(KEY);
  become({ token: null, session, expired: false });
}

export function endSession(): void {
  if (entered.session !== null) become({ token: null, session: null, expired: false });
}

/** The server no longer knows us: a token is forgotten, a session is asked for again where the reader is. */
export function refused(): void {
  if (token() !== null) forgetToken();
  else if (entered.session !== null && !entered.expired) become({ ...entered, expired: true });
}

/** What goes with every change beside the session's cookie. */
export function csrf(): string {
  return entered.session?.csrf ?? "";
}

export function whoEntered(): Entered {
  const known = token();
  if (known !== entered.token) entered = { ...entered, token: known };
  return entered;
}

export function onEntering(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function become(next: Entered): void {
  entered = next;
  for (const listener of listeners) listener();
}
