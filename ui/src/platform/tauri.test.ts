import { afterEach, describe, expect, it, vi } from "vitest";
import { createTauriPlatform } from "./tauri";

const invoke = vi.hoisted(() => vi.fn());

vi.mock("@tauri-apps/api/core", () => ({
  invoke,
  Channel: class {
    onmessage: (event: unknown) => void = () => {};
  },
}));

afterEach(() => invoke.mockReset());

/** The names under which streams were begun and stopped. */
const named = (command: string) =>
  invoke.mock.calls.filter(([called]) => called === command).map(([, given]) => (given as { stream: string }).stream);

describe("the desktop shell's platform", () => {
  it("hands a command over under the name the shell knows, and gives back its answer", async () => {
    invoke.mockResolvedValue({ brands: [] });
    expect(await createTauriPlatform().call("brand_list", {})).toEqual({ brands: [] });
    expect(invoke.mock.calls).toEqual([["rpc", { cmd: "brand_list", payload: {} }]]);
  });

  it("ends a stream in the shell when its viewer leaves", async () => {
    const cancelled = { code: "cancelled", message: "Stopped", detail: null };
    let end: (error: unknown) => void = () => {};
    invoke.mockImplementation((command: string) => {
      if (command === "rpc_stop") end(cancelled);
      return command === "rpc_stream" ? new Promise((_, reject) => (end = reject)) : Promise.resolve();
    });
    const stop = new AbortController();
    const watched = createTauriPlatform().stream("library_watch", { brand: "b1" }, () => {}, stop.signal);
    stop.abort();
    await expect(watched).rejects.toEqual(cancelled);
    expect(named("rpc_stream")).toHaveLength(1);
    expect(named("rpc_stop"), "by the name it was begun with").toEqual(named("rpc_stream"));
  });

  it("delivers nothing after it was stopped, and stops nothing that has ended", async () => {
    const seen: unknown[] = [];
    const stop = new AbortController();
    let channel: { onmessage(event: unknown): void } | undefined;
    invoke.mockImplementation((_command: string, given: { channel: typeof channel }) => {
      channel = given.channel;
      channel?.onmessage("one");
      return Promise.resolve("done");
    });
    expect(await createTauriPlatform().stream("kit_build", {}, (event) => seen.push(event), stop.signal)).toBe("done");
    stop.abort();
    channel?.onmessage("two");
    expect(seen).toEqual(["one"]);
    expect(named("rpc_stop")).toEqual([]);
  });

  it("gives each stream a name of its own", async () => {
    invoke.mockResolvedValue("done");
    const platform = createTauriPlatform();
    await Promise.all([platform.stream("run_watch", {}, () => {}), platform.stream("run_watch", {}, () => {})]);
    expect(new Set(named("rpc_stream")).size).toBe(2);
  });
});
