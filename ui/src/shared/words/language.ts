/** The language of the app: what the reader chose, else the browser's, else Chinese. */
import i18next, { type i18n } from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";
import type zh from "@/locales/zh-cn";

export type Language = "zh-CN" | "en";

const KEY = "liftloop.language";

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof zh };
  }
}

/** Words are half as much to load when nobody waits for those of the other language. */
const words: Record<Language, () => Promise<object>> = {
  "zh-CN": async () => (await import("@/locales/zh-cn")).default,
  en: async () => (await import("@/locales/en")).default,
};

export function firstLanguage(): Language {
  const kept = localStorage.getItem(KEY);
  if (kept === "zh-CN" || kept === "en") return kept;
  return navigator.language.toLowerCase().startsWith("en") ? "en" : "zh-CN";
}

export function currentLanguage(): Language {
  return i18next.language === "en" ? "en" : "zh-CN";
}

/** Start with every sentence of one language; a missing key is an error that tests and reviews can see. */
export async function startWords(language: Language): Promise<i18n> {
  const translation = await words[language]();
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { translation } },
    interpolation: { escapeValue: false },
    initAsync: false,
    saveMissing: true,
    missingKeyHandler: (_languages, _namespace, key) => reportError(new Error(`No words for ${key}`)),
  });
  document.documentElement.lang = language;
  return i18next;
}

/** Change over once the words are there; until then everything stays as it was. */
export async function chooseLanguage(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, "translation")) {
    i18next.addResourceBundle(language, "translation", await words[language]());
  }
  localStorage.setItem(KEY, language);
  document.documentElement.lang = language;
  await i18next.changeLanguage(language);
}

export function useLanguage(): Language {
  return useTranslation().i18n.language === "en" ? "en" : "zh-CN";
}
