/** Everything the window needs from where it runs. Nothing outside this folder knows whether that is the desktop shell or a browser. */
import type { DocumentSource } from "@/generated/rpc";

export interface DropHandlers {
  /** Files hang over the window. */
  over(): void;
  /** They left without being dropped. */
  leave(): void;
  /** They were dropped. */
  drop(sources: DocumentSource[]): void;
}

export interface Platform {
  /** The desktop shell can pick folders and hand over paths; a browser hands over bytes. */
  readonly kind: "desktop" | "browser";
  /** Does a command that answers once; rejects with a `CommandError`. */
  call(command: string, payload: unknown): Promise<unknown>;
  /**
   * Does a command that sends events before it answers. When `signal` fires, no further event is delivered, the stream
   * ends in the application as well, and the promise rejects as cancelled.
   */
  stream(command: string, payload: unknown, onEvent: (event: unknown) => void, signal?: AbortSignal): Promise<unknown>;
  /** Lets the user choose documents, called `label` in the picker; an empty list when they change their mind. */
  pickDocuments(what: "files" | "folder", label: string): Promise<DocumentSource[]>;
  /** Listens for files dropped anywhere; returns the way to stop. */
  onFilesDropped(handlers: DropHandlers): () => void;
  /** Offers text as a file; false when the user changed their mind. */
  saveFile(name: string, content: string): Promise<boolean>;
  /** Sets the window's title. */
  setTitle(title: string): void;
}
