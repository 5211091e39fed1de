/** How each error code is shown: how grave it is, what is safe, and what the reader can do about it. */
import type { ErrorCode } from "@/generated/rpc";

/** What the reader can do at once. */
export type Remedy = "retry" | "settings" | "library" | "none";

export interface Presentation {
  /** `silent` is never shown; `attention` is the reader's turn; `wrong` is a failure. */
  severity: "silent" | "attention" | "wrong";
  remedy: Remedy;
}

export const presentation = {
  invalid_input: { severity: "attention", remedy: "none" },
  not_found: { severity: "attention", remedy: "none" },
  already_exists: { severity: "attention", remedy: "none" },
  data_folder_in_use: { severity: "wrong", remedy: "retry" },
  data_from_newer_version: { severity: "wrong", remedy: "none" },
  data_damaged: { severity: "wrong", remedy: "none" },
  disk_full: { severity: "wrong", remedy: "retry" },
  permission_denied: { severity: "wrong", remedy: "retry" },
  document_unreadable: { severity: "attention", remedy: "library" },
  no_evidence: { severity: "attention", remedy: "library" },
  model_unavailable: { severity: "attention", remedy: "settings" },
  runtime_unavailable: { severity: "attention", remedy: "settings" },
  context_overflow: { severity: "attention", remedy: "none" },
  model_failed: { severity: "wrong", remedy: "retry" },
  key_refused: { severity: "attention", remedy: "settings" },
  no_credit: { severity: "attention", remedy: "settings" },
  keys_locked: { severity: "attention", remedy: "settings" },
  rate_limited: { severity: "attention", remedy: "retry" },
  cancelled: { severity: "silent", remedy: "none" },
  internal: { severity: "wrong", remedy: "retry" },
} as const satisfies Record<ErrorCode, Presentation>;

/** The presentation of a code, also of one that a newer application may send. */
export function present(code: string): Presentation {
  return code in presentation ? presentation[code as ErrorCode] : presentation.internal;
}
