import { FolderPlus, LibraryBig, Plus, Search, X } from "lucide-react";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { classes } from "@/components/classes";
import { Dialog } from "@/components/Dialog";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { IconButton } from "@/components/IconButton";
import { notify } from "@/components/notices";
import { Progress } from "@/components/Progress";
import { Screen } from "@/components/Screen";
import { Skeleton } from "@/components/Skeleton";
import { present } from "@/errors/presentation";
import type { BrandView, DocumentView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { asCommandError, stream } from "@/rpc/call";
import { useAction, useCommand, useRefresh } from "@/rpc/query";
import { keyLabel } from "@/shortcuts/table";
import { useShortcut } from "@/shortcuts/useShortcut";
import { DocumentPreview } from "./DocumentPreview";
import { DocumentTable } from "./DocumentTable";
import { needsUser } from "./documentWords";
import { type Batch, secondsLeft, useIngest } from "./ingest";
import { SearchResults } from "./SearchResults";
import { useAddDocuments } from "./useAddDocuments";

/** What of the library is shown; part of the address. */
export interface LibraryPlace {
  q?: string;
  document?: string;
  start?: number;
  end?: number;
}

interface Props {
  brand: BrandView;
  place: LibraryPlace;
  onPlace(place: LibraryPlace): void;
}

function Adding({ batch }: { batch: Batch }) {
  const { t } = useTranslation("library");
  const formats = useFormats();
  const left = secondsLeft(batch, Date.now());
  return (
    <div className="flex-none px-6 pb-3">
      <Progress value={batch.total > 0 ? batch.done / batch.total : 0} label={t("adding.label")} />
      <div className="mt-2 flex justify-between gap-4" aria-live="polite">
        <span className="min-w-0 truncate">
          <span className="font-strong">
            {batch.total > 0 ? t("adding.of", { done: batch.done, total: batch.total }) : t("adding.looking")}
          </span>
          {batch.latest ? ` · ${batch.latest.name} · ${t(`state.${batch.latest.state}`)}` : null}
        </span>
        <span className="shrink-0 text-muted">
          {left === undefined ? null : t("adding.left", { time: formats.roughDuration(left) })}
        </span>
      </div>
    </div>
  );
}

function useRetry(brand: string) {
  const { t } = useTranslation("library");
  const refresh = useRefresh();
  return async (document: DocumentView) => {
    try {
      const after = await stream("document_retry", { brand, document: document.id }, () => {});
      notify(t("retried", { name: after.name, state: t(`state.${after.state}`) }), needsUser(after) ? "wrong" : "ok");
    } catch (error) {
      const failure = asCommandError(error);
      if (present(failure.code).severity !== "silent") notify(failure.message, "wrong");
    } finally {
      refresh("document_list", "document_show", "brand_list", "library_search");
    }
  };
}

export function LibraryScreen({ brand, place, onPlace }: Props) {
  const { t } = useTranslation(["library", "common"]);
  const formats = useFormats();
  const { data, error, refetch } = useCommand("document_list", { brand: brand.id });
  const batch = useIngest((state) => state.batches[brand.id]);
  const { pick } = useAddDocuments(brand.id);
  const retry = useRetry(brand.id);
  const remove = useAction("document_remove", ["document_list", "brand_list", "library_search"]);
  const find = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState(place.q ?? "");
  const [onlyAttention, setOnlyAttention] = useState(false);
  const [removing, setRemoving] = useState<DocumentView>();
  const settled = useDeferredValue(query.trim());

  useEffect(() => setQuery(place.q ?? ""), [place.q]);

  // The address follows once the reader rests, so that every letter is not a search.
  useEffect(() => {
    const wanted = query.trim();
    if (wanted === (place.q ?? "")) return;
    const timer = setTimeout(() => {
      const { q: _former, ...rest } = place;
      onPlace(wanted ? { ...rest, q: wanted } : rest);
    }, 250);
    return () => clearTimeout(timer);
  }, [query, place, onPlace]);

  const documents = data?.documents ?? [];
  const attention = useMemo(() => (data?.documents ?? []).filter(needsUser), [data]);
  const shown = onlyAttention ? attention : documents;
  const passages = documents.reduce((sum, document) => sum + document.passages, 0);
  const opened = documents.find(({ id }) => id === place.document);
  const searching = (place.q ?? "") !== "" && settled !== "";
  const terms = useMemo(() => (searching ? (place.q ?? "").split(/\s+/) : []), [searching, place.q]);
  const span = useMemo(
    () => (place.start !== undefined && place.end !== undefined ? { start: place.start, end: place.end } : undefined),
    [place.start, place.end],
  );
  const close = () => onPlace(place.q ? { q: place.q } : {});

  useShortcut("find", () => find.current?.select());
  useShortcut("stop", close, place.document !== undefined);
  useShortcut("remove", () => setRemoving(opened), opened !== undefined);

  const note = data ? (
    <>
      {t("documents", { count: documents.length, amount: formats.number(documents.length) })}
      {" · "}
      {t("passages", { count: passages, amount: formats.number(passages) })}
      {attention.length > 0 ? (
        <>
          {" · "}
          <button
            type="button"
            aria-pressed={onlyAttention}
            onClick={() => setOnlyAttention(!onlyAttention)}
            className={classes(
              "-ml-1 min-h-6 rounded px-1 font-medium text-amber",
              onlyAttention ? "bg-amber-soft" : "hover:bg-amber-soft",
            )}
          >
            {t("attention", { count: attention.length })}
          </button>
        </>
      ) : null}
    </>
  ) : null;

  return (
    <Screen
      title={t("title")}
      note={note}
      actions={
        <>
          <search className="flex h-7 items-center gap-1.5 rounded border border-line bg-raised pl-2.5 focus-within:border-accent">
            <Search size={14} strokeWidth={1.75} aria-hidden className="text-muted" />
            <input
              ref={find}
              type="text"
              value={query}
              aria-label={t("search.label")}
              placeholder={t("search.placeholder")}
              onChange={(event) => setQuery(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === "Escape") setQuery("");
              }}
              className="w-44 bg-transparent outline-none placeholder:text-muted"
            />
            {query ? (
              <IconButton icon={X} label={t("search.clear")} onClick={() => setQuery("")} />
            ) : (
              <span className="w-2" />
            )}
          </search>
          <Button icon={FolderPlus} onClick={() => void pick("folder")}>
            {t("addFolder")}
          </Button>
          <Button look="primary" icon={Plus} title={keyLabel("add_documents")} onClick={() => void pick("files")}>
            {t("add")}
          </Button>
        </>
      }
    >
      {batch ? <Adding batch={batch} /> : null}
      <div
        className={classes(
          "grid min-h-0 flex-1 border-t border-line",
          place.document
            ? "grid-cols-[minmax(0,1fr)_clamp(300px,34vw,430px)] max-[760px]:grid-cols-1 max-[760px]:grid-rows-[40%_minmax(0,1fr)]"
            : "grid-cols-1",
        )}
      >
        <div className="@container flex min-h-0 min-w-0 flex-col">
          {error ? (
            <div className="p-6">
              <ErrorNote error={error} onRetry={() => void refetch()} />
            </div>
          ) : searching ? (
            <SearchResults
              brand={brand.id}
              query={place.q ?? ""}
              selected={{ document: place.document, start: place.start }}
              onOpen={(hit) =>
                onPlace({ ...(place.q ? { q: place.q } : {}), document: hit.document, start: hit.start, end: hit.end })
              }
            />
          ) : !data ? (
            <Skeleton />
          ) : documents.length === 0 && !batch ? (
            <EmptyState
              icon={LibraryBig}
              title={t("empty.title")}
              text={t("empty.text", { brand: brand.name })}
              action={
                <Button look="primary" icon={Plus} onClick={() => void pick("files")}>
                  {t("add")}
                </Button>
              }
            />
          ) : (
            <DocumentTable
              documents={shown}
              incoming={batch?.files ?? {}}
              selected={place.document}
              onSelect={(document) => onPlace({ ...(place.q ? { q: place.q } : {}), document })}
            />
          )}
        </div>
        {place.document ? (
          <div className="min-h-0 min-w-0 border-line max-[760px]:border-t min-[761px]:border-l">
            <DocumentPreview
              key={place.document}
              brand={brand.id}
              document={place.document}
              span={span}
              terms={terms}
              onClose={close}
              {...(opened ? { onRetry: () => void retry(opened), onRemove: () => setRemoving(opened) } : {})}
            />
          </div>
        ) : null}
      </div>
      <Dialog
        open={removing !== undefined}
        onClose={() => setRemoving(undefined)}
        title={t("remove.title")}
        description={t("remove.text", { name: removing?.name ?? "" })}
        actions={
          <>
            <Button onClick={() => setRemoving(undefined)}>{t("common:cancel")}</Button>
            <Button
              look="danger"
              disabled={remove.isPending}
              onClick={() => {
                if (!removing) return;
                remove.mutate(
                  { brand: brand.id, document: removing.id },
                  {
                    onSuccess: () => {
                      notify(t("remove.done", { name: removing.name }));
                      setRemoving(undefined);
                      close();
                    },
                  },
                );
              }}
            >
              {t("remove.confirm")}
            </Button>
          </>
        }
      >
        {remove.error ? <ErrorNote error={remove.error} /> : null}
      </Dialog>
    </Screen>
  );
}
