/** One build runs in the desktop shell and in a browser; only the shell's half is loaded where it can work. */
import type { Platform } from "./types";

export async function choosePlatform(): Promise<Platform> {
  if ("__TAURI_INTERNALS__" in window) return (await import("./tauri")).createTauriPlatform();
  const { createWebPlatform, takeToken } = await import("./web");
  return createWebPlatform(takeToken(window));
}
