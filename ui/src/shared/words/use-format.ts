import { useMemo } from "react";
import { type Format, formatFor } from "./format";
import { useLanguage } from "./language";

export function useFormat(): Format {
  const language = useLanguage();
  return useMemo(() => formatFor(language), [language]);
}
