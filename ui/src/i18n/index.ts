/** The words of the window: English complete, German complete, one file a feature. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { de } from "./locales/de";
import { en } from "./locales/en";

export const LANGUAGES = ["en", "de"] as const;
export type UiLanguage = (typeof LANGUAGES)[number];

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "common";
    resources: typeof en;
    returnNull: false;
  }
}

export function isUiLanguage(value: unknown): value is UiLanguage {
  return LANGUAGES.some((language) => language === value);
}

/** A language as those who speak it write it. */
export function ownName(language: UiLanguage): string {
  return new Intl.DisplayNames([language], { type: "language" }).of(language) ?? language;
}

/** The window's language when the user has chosen none. */
export function systemLanguage(): UiLanguage {
  const code = navigator.language.slice(0, 2);
  return isUiLanguage(code) ? code : "en";
}

export async function startLanguage(language: UiLanguage): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: "en",
    defaultNS: "common",
    ns: Object.keys(en),
    resources: { en, de },
    interpolation: { escapeValue: false },
    showSupportNotice: false,
  });
  document.documentElement.lang = language;
}

export async function setLanguage(language: UiLanguage): Promise<void> {
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
