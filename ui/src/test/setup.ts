import { cleanup, configure } from "@testing-library/react";
import { useEffect } from "react";
import { afterEach, beforeAll, vi } from "vitest";
import type { CommandError } from "@/generated/rpc";
import { startLanguage } from "@/i18n";

// A loaded machine is slow, not wrong.
configure({ asyncUtilTimeout: 5_000 });

// jsdom has no canvas: documents are shown as they were read. The browser stories draw the pages.
vi.mock("@/features/library/PdfPages", () => ({
  default: function NoPages({ onFail }: { onFail(error: CommandError): void }) {
    useEffect(() => onFail({ code: "internal", message: "nothing is drawn here", detail: null }), [onFail]);
    return null;
  },
}));

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
  // jsdom has it and only complains.
  window.scrollTo = () => {};
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
