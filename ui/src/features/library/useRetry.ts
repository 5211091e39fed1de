import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { notify } from "@/components/notices";
import { present } from "@/errors/presentation";
import type { DocumentView } from "@/generated/rpc";
import { useSaid } from "@/i18n/useSaid";
import { asCommandError, call, stream } from "@/rpc/call";
import { useRefresh } from "@/rpc/query";
import { needsUser } from "./documentWords";
import { beginBatch, endBatch, noteEvents } from "./ingest";

/** Reads documents anew, one after the other; a password goes with the one it was typed for and is kept nowhere. */
export function useRetry(brand: string) {
  const { t } = useTranslation("library");
  const say = useSaid();
  const refresh = useRefresh();
  return useCallback(
    async (documents: readonly DocumentView[], password?: string) => {
      let ready = 0;
      let stopped = false;
      const stopping = new AbortController();
      beginBatch(brand, Date.now(), () => {
        stopped = true;
        call("library_stop", { brand }).catch(() => stopping.abort());
      });
      try {
        for (const [at, document] of documents.entries()) {
          if (stopped) break;
          try {
            const after = await stream(
              "document_retry",
              { brand, document: document.id, ...(password ? { password } : {}) },
              (event) => noteEvents(brand, [{ ...event, done: at, total: documents.length }]),
              stopping.signal,
            );
            if (!needsUser(after)) ready += 1;
            if (documents.length === 1) {
              notify(
                t("retried", { name: after.name, state: t(`state.${after.state}`) }),
                needsUser(after) ? "wrong" : "ok",
              );
            }
          } catch (error) {
            const failure = asCommandError(error);
            if (present(failure.code).severity !== "silent") notify(say.error(failure), "wrong");
          }
        }
        if (documents.length > 1) {
          notify(t("retriedAll", { count: ready, of: documents.length }), ready < documents.length ? "wrong" : "ok");
        }
      } finally {
        endBatch(brand);
        refresh("document_list", "document_show", "brand_list", "library_search", "library_status", "kit_show");
      }
    },
    [brand, refresh, say, t],
  );
}
