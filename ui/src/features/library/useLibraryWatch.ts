import { useEffect } from "react";
import type { IngestEventView } from "@/generated/rpc";
import { stream } from "@/rpc/call";
import { useRefresh } from "@/rpc/query";
import { beginBatch, endBatch, msSinceEnd, noteEvents, useIngest } from "./ingest";

const REFRESH_MS = 1_500;
/** What a batch of this window still says when it has ended is no new one. */
const ECHO_MS = 3_000;
/** A batch of which nothing is heard for so long has ended unheard. */
const SILENCE_MS = 60_000;

/** Follows what happens to a library by itself, such as a file that was put into a watched folder. */
export function useLibraryWatch(brand: string): void {
  const refresh = useRefresh();
  useEffect(() => {
    const stop = new AbortController();
    let refreshing: ReturnType<typeof setTimeout> | undefined;
    const changed = () => {
      refreshing ??= setTimeout(() => {
        refreshing = undefined;
        refresh("document_list", "brand_list", "library_status");
      }, REFRESH_MS);
    };
    /** True while the batch on screen was begun by what is watched here. */
    let ours = false;
    let silence: ReturnType<typeof setTimeout> | undefined;
    const end = () => {
      clearTimeout(silence);
      if (ours) endBatch(brand);
      ours = false;
    };
    const note = (event: IngestEventView) => {
      changed();
      const batch = useIngest.getState().batches[brand];
      // A batch of this window tells its own progress.
      if ((batch && !ours) || (!ours && msSinceEnd(brand, Date.now()) < ECHO_MS)) return;
      clearTimeout(silence);
      if (event.done >= event.total) {
        end();
        return;
      }
      silence = setTimeout(end, SILENCE_MS);
      if (!ours) beginBatch(brand, Date.now());
      ours = true;
      noteEvents(brand, [event]);
    };
    // Where the library cannot be followed, the list is asked again on every visit.
    stream("library_watch", { brand }, note, stop.signal).catch(() => {});
    return () => {
      stop.abort();
      clearTimeout(refreshing);
      end();
    };
  }, [brand, refresh]);
}
