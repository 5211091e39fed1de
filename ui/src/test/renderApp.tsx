/** The whole window on a fake platform, at an address. */
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App } from "@/app/App";
import { setPlatform } from "@/platform/current";
import type { FakePlatform } from "./fakePlatform";

export function renderApp(platform: FakePlatform, address: string) {
  setPlatform(platform);
  window.location.hash = `#${address}`;
  return { user: userEvent.setup(), ...render(<App />) };
}

/** Payloads of one command, in order. */
export function calls(platform: FakePlatform, command: string): unknown[] {
  return platform.called.filter((call) => call.command === command).map(({ payload }) => payload);
}
