import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeAll } from "vitest";
import { startLanguage } from "@/i18n";

// A loaded machine is slow, not wrong.
configure({ asyncUtilTimeout: 5_000 });

beforeAll(async () => {
  await startLanguage("en");
  // jsdom draws nothing: lists that draw only what is in view get a view to draw in.
  for (const [side, size] of Object.entries({ offsetHeight: 640, offsetWidth: 800 })) {
    Object.defineProperty(HTMLElement.prototype, side, { configurable: true, get: () => size });
  }
  for (const [side, size] of Object.entries({ clientHeight: 640, clientWidth: 800 })) {
    Object.defineProperty(Element.prototype, side, { configurable: true, get: () => size });
  }
  Element.prototype.scrollIntoView ??= () => {};
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
