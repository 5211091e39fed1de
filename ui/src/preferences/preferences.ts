/** What the user chose for the window: theme, language, the brand that was open. Kept by the application, not by the webview. */
import { create } from "zustand";
import { isUiLanguage, setLanguage, systemLanguage, type UiLanguage } from "@/i18n";
import { call } from "@/rpc/call";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export interface Preferences {
  theme: Theme;
  language: UiLanguage;
  /** Id of the brand that was open last. */
  brand: string | null;
}

const KEYS = { theme: "window_theme", language: "window_language", brand: "window_brand" } as const;

export const usePreferences = create<Preferences>(() => ({ theme: "system", language: systemLanguage(), brand: null }));

const isTheme = (value: unknown): value is Theme => THEMES.some((theme) => theme === value);

/** Reads the choices; whatever cannot be read stays at its default, so the window always opens. */
export async function loadPreferences(): Promise<Preferences> {
  const [theme, language, brand] = await Promise.all(
    [KEYS.theme, KEYS.language, KEYS.brand].map((key) =>
      call("setting_get", { key }).then(
        ({ value }) => value,
        () => null,
      ),
    ),
  );
  usePreferences.setState({
    ...(isTheme(theme) ? { theme } : {}),
    ...(isUiLanguage(language) ? { language } : {}),
    brand: typeof brand === "string" ? brand : null,
  });
  return usePreferences.getState();
}

async function keep<K extends keyof Preferences>(key: K, value: Preferences[K]): Promise<void> {
  usePreferences.setState({ [key]: value } as Pick<Preferences, K>);
  await call("setting_set", { key: KEYS[key], value }).catch(() => {
    // The choice holds for this window; it is only not remembered.
  });
}

export const chooseTheme = (theme: Theme) => keep("theme", theme);
export const rememberBrand = (brand: string) => keep("brand", brand);

export async function chooseLanguage(language: UiLanguage): Promise<void> {
  await setLanguage(language);
  await keep("language", language);
}

const dark = () => window.matchMedia("(prefers-color-scheme: dark)");

export const effectiveTheme = (theme: Theme): "light" | "dark" =>
  theme === "system" ? (dark().matches ? "dark" : "light") : theme;

/** Keeps the page's theme in step with the choice and with the system. */
export function followTheme(): void {
  const apply = () => {
    document.documentElement.dataset.theme = effectiveTheme(usePreferences.getState().theme);
  };
  apply();
  usePreferences.subscribe(apply);
  dark().addEventListener("change", apply);
}
