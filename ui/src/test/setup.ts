import { cleanup } from "@testing-library/react";
import { afterEach, beforeAll } from "vitest";
import { startLanguage } from "@/i18n";

beforeAll(async () => {
  await startLanguage("en");
  // jsdom draws nothing: lists that draw only what is in view get a view to draw in.
  Object.defineProperty(HTMLElement.prototype, "offsetHeight", { configurable: true, get: () => 640 });
  Object.defineProperty(HTMLElement.prototype, "offsetWidth", { configurable: true, get: () => 800 });
  window.matchMedia ??= (query: string) =>
    ({
      matches: false,
      media: query,
      addEventListener: () => {},
      removeEventListener: () => {},
    }) as unknown as MediaQueryList;
  globalThis.ResizeObserver ??= class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
});

afterEach(cleanup);
