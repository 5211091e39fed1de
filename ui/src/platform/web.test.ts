import { afterEach, describe, expect, it, vi } from "vitest";
import { accessToken, createWebPlatform, takeToken } from "./web";

function answers(make: () => Response | Promise<Response>) {
  const fetching = vi.fn(async (_address: string, _request: RequestInit) => make());
  vi.stubGlobal("fetch", fetching);
  return fetching;
}

const events = (...frames: unknown[]) =>
  new Response(frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join(""));

afterEach(() => vi.unstubAllGlobals());

describe("the browser platform", () => {
  it("posts the payload to the command with the token", async () => {
    const fetching = answers(() => Response.json({ brands: [] }));
    expect(await createWebPlatform("secret").call("brand_list", {})).toEqual({ brands: [] });
    const [address, request] = fetching.mock.calls[0] ?? [];
    expect(address).toBe("/rpc/brand_list");
    expect(new Headers(request?.headers).get("x-quillhouse-token"), "the server refuses calls without it").toBe(
      "secret",
    );
    expect(request?.body).toBe("{}");
  });

  it("hands on the application's own error", async () => {
    const error = { code: "not_found", message: "There is no brand `x`", detail: null };
    answers(() => Response.json(error, { status: 404 }));
    await expect(createWebPlatform("t").call("document_list", { brand: "x" })).rejects.toEqual(error);
  });

  it("says in a sentence that nobody answers", async () => {
    answers(() => Promise.reject(new TypeError("Failed to fetch")));
    await expect(createWebPlatform("t").call("brand_list", {})).rejects.toMatchObject({
      code: "internal",
      message: expect.stringContaining("does not answer"),
    });
  });

  it("turns a foreign error page into an error with its beginning as detail", async () => {
    answers(() => new Response("<h1>Bad gateway</h1>", { status: 502 }));
    await expect(createWebPlatform("t").call("brand_list", {})).rejects.toMatchObject({
      detail: expect.stringContaining("502"),
    });
  });

  it("delivers the events of a stream in order and then its result", async () => {
    answers(() => events({ event: 1 }, { event: 2 }, { result: "done" }));
    const seen: unknown[] = [];
    const result = await createWebPlatform("t").stream("run_watch", {}, (event) => seen.push(event));
    expect([seen, result]).toEqual([[1, 2], "done"]);
  });

  it("rejects with the error that a stream ends in", async () => {
    const error = { code: "no_evidence", message: "Nothing", detail: null };
    answers(() => events({ event: 1 }, { error }));
    await expect(createWebPlatform("t").stream("run_watch", {}, () => {})).rejects.toEqual(error);
  });

  it("rejects when a stream breaks off before its result", async () => {
    answers(() => events({ event: 1 }));
    await expect(createWebPlatform("t").stream("run_watch", {}, () => {})).rejects.toMatchObject({ code: "internal" });
  });

  it("is cancelled, not failed, when the reader leaves", async () => {
    const stop = new AbortController();
    answers(() => {
      stop.abort();
      throw new DOMException("Aborted", "AbortError");
    });
    await expect(createWebPlatform("t").stream("run_watch", {}, () => {}, stop.signal)).rejects.toMatchObject({
      code: "cancelled",
    });
  });

  it("ends a stream in the application by the name it gave it", async () => {
    const stop = new AbortController();
    const fetching = answers(
      () =>
        new Response(
          new ReadableStream({
            start: (controller) => stop.signal.addEventListener("abort", () => controller.error(stop.signal.reason)),
          }),
        ),
    );
    const watched = createWebPlatform("t").stream("library_watch", { brand: "b1" }, () => {}, stop.signal);
    await vi.waitFor(() => expect(fetching).toHaveBeenCalledOnce());
    stop.abort();
    await expect(watched).rejects.toMatchObject({ code: "cancelled" });
    const [begun, stopped] = fetching.mock.calls.map(([address]) => address);
    const name = begun?.replace("/rpc_stream/library_watch/", "");
    expect(name).toMatch(/^\w+-\d+$/);
    expect(stopped, "closing the connection alone does not stop work").toBe(`/rpc_stop/${name}`);
  });

  it("takes the token out of the address and keeps it over a reload", () => {
    window.history.replaceState(null, "", "/?token=secret#/b/one/library?q=ramps");
    expect(takeToken(window)).toBe("secret");
    expect(window.location.href, "screens have an address of their own").toMatch(/\/#\/b\/one\/library\?q=ramps$/);
    expect(takeToken(window), "the same tab still has it").toBe("secret");
  });

  it("takes the token from the page before the address", () => {
    const page = document.implementation.createHTMLDocument();
    expect(accessToken(page, "?token=address")).toBe("address");
    page.head.innerHTML = '<meta name="quillhouse-token" content="page">';
    expect(accessToken(page, "?token=address")).toBe("page");
  });

  it("hands over dropped files as bytes in base64", async () => {
    const drop = vi.fn();
    const stop = createWebPlatform("t").onFilesDropped({ over: () => {}, leave: () => {}, drop });
    // jsdom knows neither dropped files nor how to read one.
    const event = new Event("drop", { cancelable: true });
    Object.assign(event, {
      dataTransfer: {
        types: ["Files"],
        files: [{ name: "note.txt", arrayBuffer: async () => new TextEncoder().encode("hé").buffer }],
      },
    });
    window.dispatchEvent(event);
    await vi.waitFor(() => expect(drop).toHaveBeenCalled());
    expect(drop).toHaveBeenCalledWith([{ kind: "bytes", name: "note.txt", base64: "aMOp" }]);
    stop();
  });
});
