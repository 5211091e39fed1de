/** The desktop shell: commands go through `invoke`, streams through a channel, files are paths. */
import { Channel, invoke } from "@tauri-apps/api/core";
import { getCurrentWebview } from "@tauri-apps/api/webview";
import { getCurrentWindow } from "@tauri-apps/api/window";
import { open } from "@tauri-apps/plugin-dialog";
import type { DocumentSource } from "@/generated/rpc";
import { DOCUMENT_ENDINGS } from "./fileNames";
import { streamName } from "./streamNames";
import type { Platform } from "./types";

const fromPath = (path: string): DocumentSource => ({ kind: "path", path });

export function createTauriPlatform(): Platform {
  return {
    kind: "desktop",
    call: (cmd, payload) => invoke("rpc", { cmd, payload }),
    async stream(cmd, payload, onEvent, signal) {
      const stream = streamName();
      const channel = new Channel<unknown>();
      channel.onmessage = (event) => {
        if (!signal?.aborted) onEvent(event);
      };
      const stop = () => void invoke("rpc_stop", { stream });
      signal?.addEventListener("abort", stop, { once: true });
      if (signal?.aborted) stop();
      try {
        return await invoke("rpc_stream", { stream, cmd, payload, channel });
      } finally {
        signal?.removeEventListener("abort", stop);
      }
    },
    async pickDocuments(what, label) {
      const chosen = await open(
        what === "folder"
          ? { directory: true, multiple: true }
          : { multiple: true, filters: [{ name: label, extensions: [...DOCUMENT_ENDINGS] }] },
      );
      if (chosen === null) return [];
      return (Array.isArray(chosen) ? chosen : [chosen]).map(fromPath);
    },
    onFilesDropped(handlers) {
      const listening = getCurrentWebview().onDragDropEvent(({ payload }) => {
        if (payload.type === "enter") handlers.over();
        else if (payload.type === "leave") handlers.leave();
        else if (payload.type === "drop") {
          handlers.leave();
          if (payload.paths.length > 0) handlers.drop(payload.paths.map(fromPath));
        }
      });
      return () => {
        void listening.then((stop) => stop());
      };
    },
    // The shell asks where to and writes: the webview never gets the right to write files.
    saveFile: (fileName, content) => invoke<boolean>("save_file", { fileName, content }),
    setTitle: (title) => {
      document.title = title;
      void getCurrentWindow().setTitle(title);
    },
  };
}
