import "@/styles/index.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { startLanguage } from "@/i18n";
import { setPlatform } from "@/platform/current";
import type { Platform } from "@/platform/types";
import { followTheme, loadPreferences } from "@/preferences/preferences";
import { App } from "./App";

/** Opens the window on a platform. */
export async function start(platform: Platform): Promise<void> {
  setPlatform(platform);
  const { language } = await loadPreferences();
  await startLanguage(language);
  followTheme();
  const root = document.getElementById("root");
  if (!root) throw new Error("BUG: index.html has no #root");
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
