/** Documents on their way into a library. Lives outside the screen, so that leaving the screen loses nothing. */
import { create } from "zustand";
import type { IngestEventView } from "@/generated/rpc";

export interface Batch {
  /** The newest event of each file, by name. */
  files: Record<string, IngestEventView>;
  /** The file that was heard of last. */
  latest: IngestEventView | undefined;
  done: number;
  total: number;
  startedMs: number;
  /** Ends the batch; left out where it was not begun in this window. */
  stop?: () => void;
}

/** When the last batch of this window ended, by brand. */
const endedMs = new Map<string, number>();

export const msSinceEnd = (brand: string, nowMs: number) => nowMs - (endedMs.get(brand) ?? 0);

/** Batches in progress, by brand. */
export const useIngest = create<{ batches: Record<string, Batch> }>(() => ({ batches: {} }));

export function beginBatch(brand: string, nowMs: number, stop?: () => void): void {
  useIngest.setState(({ batches }) => ({
    batches: {
      ...batches,
      [brand]: { files: {}, latest: undefined, done: 0, total: 0, startedMs: nowMs, ...(stop ? { stop } : {}) },
    },
  }));
}

export function endBatch(brand: string): void {
  endedMs.set(brand, Date.now());
  useIngest.setState(({ batches }) => {
    const { [brand]: _ended, ...others } = batches;
    return { batches: others };
  });
}

export function noteEvents(brand: string, events: readonly IngestEventView[]): void {
  const last = events.at(-1);
  if (!last) return;
  useIngest.setState(({ batches }) => {
    const batch = batches[brand];
    if (!batch) return { batches };
    const files = { ...batch.files };
    for (const event of events) files[event.name] = event;
    return { batches: { ...batches, [brand]: { ...batch, files, latest: last, done: last.done, total: last.total } } };
  });
}

/** Seconds to go: as the application says, else by the pace so far; unknown until a file is done. */
export function secondsLeft(
  batch: Pick<Batch, "done" | "total" | "startedMs"> & Partial<Pick<Batch, "latest">>,
  nowMs: number,
): number | undefined {
  const told = batch.latest?.seconds_left;
  if (typeof told === "number") return told;
  if (batch.done === 0 || batch.total <= batch.done) return undefined;
  return ((nowMs - batch.startedMs) / 1000 / batch.done) * (batch.total - batch.done);
}
