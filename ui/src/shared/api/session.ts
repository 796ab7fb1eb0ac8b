/** The admin token of this tab: kept in sessionStorage, never in an address, gone when the tab is closed. */
const KEY = "liftloop.token";
const listeners = new Set<() => void>();

export function token(): string | null {
  return sessionStorage.getItem(KEY);
}

export function keepToken(value: string): void {
  sessionStorage.setItem(KEY, value);
  tellAll();
}

export function forgetToken(): void {
  if (token() === null) return;
  sessionStorage.removeItem(KEY);
  tellAll();
}

export function onTokenChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tellAll(): void {
  for (const listener of listeners) listener();
}
