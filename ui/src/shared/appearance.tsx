/** Light or dark: what the reader chose, else what the system asks for. */
import {
  createContext,
  type ReactNode,
  use,
  useLayoutEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import { type Appearance, lendToStyleSheets, type Palette, palettes } from "./tokens";

export type AppearanceChoice = Appearance | "system";

const KEY = "liftloop.appearance";

interface Look {
  choice: AppearanceChoice;
  choose(choice: AppearanceChoice): void;
  appearance: Appearance;
  palette: Palette;
  /** The system asks for no motion. */
  still: boolean;
  /** The window is as narrow as a phone. */
  narrow: boolean;
}

const LookContext = createContext<Look | null>(null);

function useMedia(query: string): boolean {
  const media = useMemo(() => window.matchMedia(query), [query]);
  return useSyncExternalStore(
    (changed) => {
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    () => media.matches,
  );
}

function keptChoice(): AppearanceChoice {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function AppearanceProvider({ children }: { children: ReactNode }) {
  const [choice, setChoice] = useState(keptChoice);
  const darkSystem = useMedia("(prefers-color-scheme: dark)");
  const still = useMedia("(prefers-reduced-motion: reduce)");
  const narrow = useMedia("(max-width: 767px)");
  const appearance = choice === "system" ? (darkSystem ? "dark" : "light") : choice;
  useLayoutEffect(() => lendToStyleSheets(appearance, document.documentElement), [appearance]);
  const look = useMemo<Look>(
    () => ({
      choice,
      choose: (next) => {
        localStorage.setItem(KEY, next);
        setChoice(next);
      },
      appearance,
      palette: palettes[appearance],
      still,
      narrow,
    }),
    [choice, appearance, still, narrow],
  );
  return <LookContext value={look}>{children}</LookContext>;
}

export function useLook(): Look {
  const look = use(LookContext);
  if (look === null) throw new Error("useLook needs an AppearanceProvider above it");
  return look;
}
