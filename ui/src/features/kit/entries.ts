/** Which entries of a kit are shown and how they stand. Pure. */
import type { KitEntryView, KitTermView } from "@/generated/rpc";

export type Standing = "changed" | "gone" | "aged" | "expired" | "pinned" | "approved" | "yours" | "hidden" | "found";

/** The one word beside an entry: what needs the user first, then what the user has decided. */
export function standing(
  entry: Pick<KitEntryView, "state" | "pinned" | "out_of_date" | "edited_by"> & { reason: string | null },
): Standing {
  if (entry.state === "hidden") return "hidden";
  if (entry.out_of_date) {
    if (entry.reason === "document_gone" || entry.reason === "no_longer_said") return "gone";
    return entry.reason === "aged" || entry.reason === "expired" ? entry.reason : "changed";
  }
  if (entry.pinned) return "pinned";
  if (entry.state === "approved") return "approved";
  return entry.edited_by === "you" || entry.state === "edited" ? "yours" : "found";
}

/** True for what needs the user before anything else. */
export const isAttention = (how: Standing) =>
  how === "changed" || how === "gone" || how === "aged" || how === "expired";

export const needsLook = ({ out_of_date, state }: Pick<KitEntryView | KitTermView, "out_of_date" | "state">) =>
  out_of_date && state !== "hidden";

export interface KitFilter {
  /** Only what needs a look. */
  look: boolean;
  /** What was hidden too. */
  hidden: boolean;
}

export function shownOf<Entry extends KitEntryView | KitTermView>(
  entries: readonly Entry[],
  filter: KitFilter,
): Entry[] {
  return entries.filter((entry) => (filter.hidden || entry.state !== "hidden") && (!filter.look || needsLook(entry)));
}

/** A document's name without its ending, as one says it. */
export const spoken = (name: string) => name.replace(/\.[a-z0-9]{2,5}$/i, "");
