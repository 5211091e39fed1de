/**
 * Opens a stored PDF with pdf.js. Only the ranges that are looked at are read; worker, character maps and fonts come from this build.
 * Loaded when a PDF is first shown, never before.
 */
import {
  GlobalWorkerOptions,
  getDocument,
  PDFDataRangeTransport,
  type PDFDocumentLoadingTask,
  type PDFDocumentProxy,
} from "pdfjs-dist/legacy/build/pdf.mjs";
import workerAddress from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";
import { call } from "@/rpc/call";

export type { PDFDocumentProxy, PDFPageProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
export { TextLayer } from "pdfjs-dist/legacy/build/pdf.mjs";

GlobalWorkerOptions.workerSrc = workerAddress;

/** One command answers at most 1 MiB; a quarter of it keeps the first page quick. */
const CHUNK_BYTES = 256 * 1024;

/** `document_file` gives no more at once. */
const MOST_BYTES = 1024 * 1024;

function bytesOf(base64: string): Uint8Array {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

async function read(brand: string, document: string, start: number, end: number) {
  const parts: Uint8Array[] = [];
  let total = end;
  let at = start;
  while (at < Math.min(end, total)) {
    const part = await call("document_file", {
      brand,
      document,
      offset_bytes: at,
      length_bytes: Math.min(MOST_BYTES, end - at),
    });
    const bytes = bytesOf(part.base64);
    total = part.total_bytes;
    parts.push(bytes);
    if (bytes.length === 0) break;
    at += bytes.length;
  }
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    whole.set(part, filled);
    filled += part.length;
  }
  return { bytes: whole, total };
}

class StoredFile extends PDFDataRangeTransport {
  readonly #range: (start: number, end: number) => Promise<Uint8Array>;
  readonly #failed: (error: unknown) => void;

  constructor(
    total: number,
    first: Uint8Array,
    range: (start: number, end: number) => Promise<Uint8Array>,
    failed: (error: unknown) => void,
  ) {
    super(total, first);
    this.#range = range;
    this.#failed = failed;
  }

  override requestDataRange(start: number, end: number): void {
    this.#range(start, end).then((bytes) => this.onDataRange(start, bytes), this.#failed);
  }
}

export interface OpenedPdf {
  pdf: PDFDocumentProxy;
  close(): void;
}

/** Opens the PDF; rejects when it cannot be read or drawn. */
export async function openPdf(brand: string, document: string, signal: AbortSignal): Promise<OpenedPdf> {
  const first = await read(brand, document, 0, CHUNK_BYTES);
  signal.throwIfAborted();
  const base = new URL("pdfjs/", window.document.baseURI).href;
  let task: PDFDocumentLoadingTask | undefined;
  const broken = new Promise<never>((_, reject) => {
    const range =
      first.bytes.length < first.total
        ? new StoredFile(
            first.total,
            first.bytes,
            async (start, end) => (await read(brand, document, start, end)).bytes,
            (error) => {
              reject(error);
              void task?.destroy();
            },
          )
        : undefined;
    task = getDocument({
      ...(range ? { range } : { data: first.bytes }),
      rangeChunkSize: CHUNK_BYTES,
      disableAutoFetch: true,
      disableStream: true,
      isEvalSupported: false,
      enableXfa: false,
      cMapUrl: `${base}cmaps/`,
      cMapPacked: true,
      standardFontDataUrl: `${base}standard_fonts/`,
      wasmUrl: `${base}wasm/`,
      verbosity: 0,
    });
  });
  const loading = task;
  if (!loading) throw new Error("BUG: the promise above runs at once");
  signal.addEventListener("abort", () => void loading.destroy(), { once: true });
  const pdf = await Promise.race([loading.promise, broken]);
  return { pdf, close: () => void loading.destroy() };
}
