/** How a document's state looks, what needs the user, and which of its troubles are worth another try. */
import type { Tone } from "@/components/Status";
import type { DocumentState, DocumentView, ProblemKind } from "@/generated/rpc";

export const stateTone = {
  queued: "waiting",
  reading: "busy",
  chunking: "busy",
  embedding: "busy",
  ready: "ok",
  partial: "attention",
  rejected: "wrong",
  failed: "wrong",
} as const satisfies Record<DocumentState, Tone>;

/** The same kinds as `ProblemKind::is_retryable`: a second attempt can end otherwise. */
const RETRYABLE: readonly ProblemKind[] = ["timed_out", "too_much_memory", "worker_crashed", "not_readable"];

export function canRetry(document: Pick<DocumentView, "state" | "problems">): boolean {
  return document.state === "failed" || document.problems.some(({ kind }) => RETRYABLE.includes(kind));
}

export function needsUser(document: Pick<DocumentView, "state">): boolean {
  return document.state === "partial" || document.state === "rejected" || document.state === "failed";
}
