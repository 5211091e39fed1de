/** A plain browser over the development server: commands are POST requests, streams are server-sent events, files are bytes. */
import i18next from "i18next";
import type { CommandError, DocumentSource } from "@/generated/rpc";
import { DOCUMENT_ENDINGS } from "./fileNames";
import { serverEvents } from "./serverEvents";
import { streamName } from "./streamNames";
import type { Platform } from "./types";

/** What one server-sent event of a stream carries. */
type StreamFrame = { event: unknown } | { result: unknown } | { error: CommandError };

const TOKEN_HEADER = "x-quillhouse-token";

function unreachable(detail: string): CommandError {
  return {
    code: "internal",
    message: i18next.t("errors:message.unreachable"),
    detail,
  };
}

function isCommandError(value: unknown): value is CommandError {
  return typeof value === "object" && value !== null && "code" in value && "message" in value;
}

async function failure(response: Response): Promise<CommandError> {
  const text = await response.text().catch(() => "");
  try {
    const body: unknown = JSON.parse(text);
    if (isCommandError(body)) return body;
  } catch {
    // Not ours: a proxy's or the server's own page.
  }
  return unreachable(`HTTP ${response.status} ${text.slice(0, 500)}`.trim());
}

async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  // In slices, because a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}

async function sources(files: Iterable<File>): Promise<DocumentSource[]> {
  return Promise.all([...files].map(async (file) => ({ kind: "bytes", name: file.name, base64: await base64(file) })));
}

export function accessToken(page: Document, search: string): string {
  return (
    page.querySelector<HTMLMetaElement>('meta[name="quillhouse-token"]')?.content ??
    new URLSearchParams(search).get("token") ??
    ""
  );
}

const TOKEN_KEY = "quillhouse-token";

/** The token of this start, taken out of the address: screens have an address of their own, and a reload keeps the token. */
export function takeToken(page: Window): string {
  const { location, history, sessionStorage, document } = page;
  const token = accessToken(document, location.search);
  if (token === "") return sessionStorage.getItem(TOKEN_KEY) ?? "";
  sessionStorage.setItem(TOKEN_KEY, token);
  history.replaceState(history.state, "", `${location.pathname}${location.hash}`);
  return token;
}

export function createWebPlatform(token: string, base = ""): Platform {
  async function post(path: string, payload: unknown, signal?: AbortSignal): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`${base}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", [TOKEN_HEADER]: token },
        body: JSON.stringify(payload),
        ...(signal ? { signal } : {}),
      });
    } catch (error) {
      if (signal?.aborted) throw { code: "cancelled", message: "", detail: null } satisfies CommandError;
      throw unreachable(String(error));
    }
    if (!response.ok) throw await failure(response);
    return response;
  }

  return {
    kind: "browser",
    async call(command, payload) {
      return (await post(`/rpc/${command}`, payload)).json();
    },
    async stream(command, payload, onEvent, signal) {
      const name = streamName();
      // Closing the connection alone would end only what watches.
      const stop = () => void post(`/rpc_stop/${name}`, {}).catch(() => {});
      signal?.addEventListener("abort", stop, { once: true });
      try {
        const response = await post(`/rpc_stream/${command}/${name}`, payload, signal);
        if (!response.body) throw unreachable("the stream has no body");
        for await (const data of serverEvents(response.body)) {
          const frame = JSON.parse(data) as StreamFrame;
          if ("error" in frame) throw frame.error;
          if ("result" in frame) return frame.result;
          if (!signal?.aborted) onEvent(frame.event);
        }
      } catch (error) {
        if (signal?.aborted) throw { code: "cancelled", message: "", detail: null } satisfies CommandError;
        throw isCommandError(error) ? error : unreachable(String(error));
      } finally {
        signal?.removeEventListener("abort", stop);
      }
      throw unreachable("the stream ended before its result");
    },
    pickDocuments(what) {
      return new Promise((resolve, reject) => {
        const input = document.createElement("input");
        input.type = "file";
        input.multiple = true;
        if (what === "folder") input.webkitdirectory = true;
        else input.accept = DOCUMENT_ENDINGS.map((ending) => `.${ending}`).join(",");
        input.onchange = () => sources(input.files ?? []).then(resolve, reject);
        input.oncancel = () => resolve([]);
        input.click();
      });
    },
    onFilesDropped(handlers) {
      const stop = new AbortController();
      const on = (type: string, listener: (event: DragEvent) => void) =>
        window.addEventListener(type, listener as EventListener, { signal: stop.signal });
      const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
      on("dragover", (event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        handlers.over();
      });
      on("dragleave", (event) => {
        if (event.relatedTarget === null) handlers.leave();
      });
      on("drop", (event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        handlers.leave();
        void sources(event.dataTransfer?.files ?? []).then((found) => {
          if (found.length > 0) handlers.drop(found);
        });
      });
      return () => stop.abort();
    },
    async saveFile(name, content) {
      const address = URL.createObjectURL(new Blob([content], { type: "text/plain;charset=utf-8" }));
      const link = document.createElement("a");
      link.href = address;
      link.download = name;
      link.click();
      URL.revokeObjectURL(address);
      return true;
    },
    setTitle: (title) => {
      document.title = title;
    },
  };
}
