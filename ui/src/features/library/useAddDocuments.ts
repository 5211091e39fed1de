import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { notify } from "@/components/notices";
import { present } from "@/errors/presentation";
import type { DocumentSource, IngestEventView } from "@/generated/rpc";
import { useSaid } from "@/i18n/useSaid";
import { platform } from "@/platform/current";
import { asCommandError, call, stream } from "@/rpc/call";
import { useRefresh } from "@/rpc/query";
import { beginBatch, endBatch, noteEvents } from "./ingest";

/** One batch at a time a brand: files that are dropped meanwhile wait for their turn. */
const turns = new Map<string, Promise<void>>();

const REFRESH_MS = 1_500;

export function useAddDocuments(brand: string) {
  const { t } = useTranslation("library");
  const say = useSaid();
  const refresh = useRefresh();

  const addNow = useCallback(
    async (sources: DocumentSource[] | undefined) => {
      const changed = () => refresh("document_list", "brand_list", "library_status");
      const stopping = new AbortController();
      beginBatch(brand, Date.now(), () => {
        call("library_stop", { brand }).catch(() => stopping.abort());
      });
      let waiting: IngestEventView[] = [];
      let frame = 0;
      let refreshedMs = Date.now();
      const note = (event: IngestEventView) => {
        waiting.push(event);
        frame ||= requestAnimationFrame(() => {
          frame = 0;
          noteEvents(brand, waiting);
          waiting = [];
          if (Date.now() - refreshedMs > REFRESH_MS) {
            refreshedMs = Date.now();
            changed();
          }
        });
      };
      try {
        const result = sources
          ? await stream("document_add", { brand, sources }, note, stopping.signal)
          : await stream("library_resume", { brand }, note, stopping.signal);
        if (result.cancelled) {
          notify(t("result.stopped"));
          return;
        }
        const said = [
          result.added > 0 && t("result.added", { count: result.added }),
          result.unchanged > 0 && t("result.unchanged", { count: result.unchanged }),
          result.partial > 0 && t("result.partial", { count: result.partial }),
          result.failed > 0 && t("result.failed", { count: result.failed }),
          result.skipped.length > 0 && t("result.skipped", { count: result.skipped.length }),
        ].filter((part) => part !== false);
        notify(said.length > 0 ? said.join(" · ") : t("result.nothing"), result.failed > 0 ? "wrong" : "ok");
        for (const { name, kind } of result.skipped.slice(0, 2)) notify(`${name}: ${t(`problem.${kind}`)}`, "wrong");
      } catch (error) {
        const failure = asCommandError(error);
        if (stopping.signal.aborted) notify(t("result.stopped"));
        else if (present(failure.code).severity !== "silent") notify(say.error(failure), "wrong");
      } finally {
        cancelAnimationFrame(frame);
        endBatch(brand);
        changed();
        refresh("library_search", "activity_estimate", "kit_show");
      }
    },
    [brand, refresh, say, t],
  );

  const add = useCallback(
    (sources: DocumentSource[]): Promise<void> => {
      if (sources.length === 0) return Promise.resolve();
      const turn = (turns.get(brand) ?? Promise.resolve()).then(() => addNow(sources));
      turns.set(brand, turn);
      return turn;
    },
    [addNow, brand],
  );

  /** Goes on with what was waiting when the last batch was stopped. */
  const resume = useCallback((): Promise<void> => {
    const turn = (turns.get(brand) ?? Promise.resolve()).then(() => addNow(undefined));
    turns.set(brand, turn);
    return turn;
  }, [addNow, brand]);

  const pick = useCallback(
    async (what: "files" | "folder") => {
      try {
        await add(await platform().pickDocuments(what, t("table.label")));
      } catch (error) {
        notify(say.error(asCommandError(error)), "wrong");
      }
    },
    [add, say, t],
  );

  return { add, pick, resume };
}
