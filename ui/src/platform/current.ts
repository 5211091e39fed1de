/** The platform in use; set once by the entry file or by a test. */
import type { Platform } from "./types";

let current: Platform | undefined;

export function setPlatform(platform: Platform): void {
  current = platform;
}

export function platform(): Platform {
  if (!current) throw new Error("BUG: the platform is set before anything is rendered");
  return current;
}
