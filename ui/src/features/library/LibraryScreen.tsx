import { ChevronDown, FolderPlus, FolderSync, Globe, LibraryBig, Plus, Search, X } from "lucide-react";
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { classes } from "@/components/classes";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { IconButton } from "@/components/IconButton";
import { Menu } from "@/components/Menu";
import { notify } from "@/components/notices";
import { Screen } from "@/components/Screen";
import { Skeleton } from "@/components/Skeleton";
import type { BrandView, DocumentView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { useSaid } from "@/i18n/useSaid";
import { asCommandError, call } from "@/rpc/call";
import { useCommand, useRefresh } from "@/rpc/query";
import { keyLabel } from "@/shortcuts/table";
import { useShortcut } from "@/shortcuts/useShortcut";
import { AddressDialog } from "./AddressDialog";
import { DocumentPreview, type PreviewActions } from "./DocumentPreview";
import { DocumentTable } from "./DocumentTable";
import { canRetry, needsUser } from "./documentWords";
import { EraseDialog } from "./EraseDialog";
import { FilterMenu } from "./FilterMenu";
import { useIngest } from "./ingest";
import { LanguageGap } from "./LanguageGap";
import type { Span } from "./pagePassages";
import { SearchResults, searchParams } from "./SearchResults";
import { Adding, FilterLine, IndexLine, SelectionBar, WaitingLine } from "./Strips";
import { type Filter, groupOf, isFiltered, NO_FILTER, type Sort, shelved } from "./shelf";
import { useAddDocuments } from "./useAddDocuments";
import { useRetry } from "./useRetry";
import { WatchedFolders } from "./WatchedFolders";

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

/** The preview waits for keys that run through the table to come to rest. */
const REST_MS = 120;

function useRested<T>(value: T): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), REST_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return rested;
}

/** Where the query's words stand in the documents that were found. */
function useHitMarks(brand: string, query: string, filter: Filter, document: string | undefined): readonly Span[] {
  const { data } = useCommand("library_search", searchParams(brand, query, filter), { enabled: query !== "" });
  return useMemo(
    () =>
      query === ""
        ? []
        : (data?.hits ?? [])
            .filter((hit) => hit.document === document)
            .flatMap((hit) =>
              (hit.marks ?? []).map(({ start, end }) => ({ start: hit.start + start, end: hit.start + end })),
            ),
    [data, document, query],
  );
}

export function LibraryScreen({ brand, place, onPlace }: Props) {
  const { t, i18n } = useTranslation(["library", "common"]);
  const formats = useFormats();
  const refresh = useRefresh();
  const { data, error, refetch } = useCommand("document_list", { brand: brand.id });
  const status = useCommand("library_status", { brand: brand.id }, { refetchMs: 5_000 });
  const batch = useIngest((state) => state.batches[brand.id]);
  const { add, pick, resume } = useAddDocuments(brand.id);
  const retry = useRetry(brand.id);
  const find = useRef<HTMLInputElement>(null);
  const results = useRef<HTMLDivElement>(null);
  const beside = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState(place.q ?? "");
  const [filter, setFilter] = useState<Filter>(NO_FILTER);
  const [sort, setSort] = useState<Sort>({ key: "name", descending: false });
  const [selected, setSelected] = useState<string[]>([]);
  const [erasing, setErasing] = useState<DocumentView[]>([]);
  const [dialog, setDialog] = useState<"address" | "watched">();
  const [wide, setWide] = useState(false);
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

  const documents = data?.documents ?? NO_DOCUMENTS;
  const byName = useMemo(() => new Intl.Collator(i18n.language, { numeric: true }).compare, [i18n.language]);
  const shown = useMemo(() => shelved(documents, filter, sort, byName), [documents, filter, sort, byName]);
  const attention = useMemo(() => documents.filter(needsUser), [documents]);
  const knownTags = useMemo(
    () => [...new Set(documents.flatMap(({ tags }) => tags ?? []))].sort(byName),
    [documents, byName],
  );
  const passages = useMemo(() => documents.reduce((sum, document) => sum + document.passages, 0), [documents]);
  const waiting = useMemo(() => documents.filter(({ state }) => groupOf({ state }) === "working").length, [documents]);
  const opened = documents.find(({ id }) => id === place.document);
  const chosen = useMemo(() => {
    const ids = new Set(selected);
    return documents.filter(({ id }) => ids.has(id));
  }, [documents, selected]);
  const searching = (place.q ?? "") !== "" && settled !== "";
  const terms = useMemo(() => (searching ? (place.q ?? "").split(/\s+/) : []), [searching, place.q]);
  const previewed = useRested(place.document);
  const preview = place.document === undefined ? undefined : (previewed ?? place.document);
  const marks = useHitMarks(brand.id, searching ? (place.q ?? "") : "", filter, preview);
  const span = useMemo(
    () => (place.start !== undefined && place.end !== undefined ? { start: place.start, end: place.end } : undefined),
    [place.start, place.end],
  );
  const onlyAttention = filter.states.length === 1 && filter.states[0] === "attention";
  const close = () => onPlace(place.q ? { q: place.q } : {});

  const say = useSaid();
  const tag = useCallback(
    async (targets: readonly DocumentView[], change: (document: DocumentView) => string[]) => {
      try {
        for (const document of targets) {
          await call("document_tag", { brand: brand.id, document: document.id, tags: change(document) });
        }
      } catch (failure) {
        notify(say.error(asCommandError(failure)), "wrong");
      } finally {
        refresh("document_list", "document_show");
      }
    },
    [brand.id, refresh, say],
  );

  useShortcut("find", () => find.current?.select());
  useShortcut("stop", close, place.document !== undefined);
  useShortcut(
    "remove",
    () => setErasing(chosen.length > 0 ? chosen : opened ? [opened] : []),
    opened !== undefined || chosen.length > 0,
  );

  const actions: PreviewActions = {
    onRetry: (document, password) => retry([document], password),
    onErase: (document) => setErasing([document]),
    onTags: (document, tags) => void tag([document], () => tags),
    knownTags,
    wide,
    onWide: () => setWide(!wide),
  };

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
            onClick={() => {
              setFilter(onlyAttention ? NO_FILTER : { ...NO_FILTER, states: ["attention"] });
              setQuery("");
            }}
            className={classes(
              "min-h-6 rounded px-1 font-medium text-amber",
              onlyAttention ? "bg-amber-soft" : "hover:bg-amber-soft",
            )}
          >
            {t("attention", { count: attention.length, amount: formats.number(attention.length) })}
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
                if (event.key === "ArrowDown" || event.key === "Enter") {
                  const first = results.current?.querySelector<HTMLButtonElement>("button[data-hit]");
                  if (!first) return;
                  event.preventDefault();
                  first.focus();
                }
              }}
              className="w-40 bg-transparent outline-none placeholder:text-muted"
            />
            {query ? (
              <IconButton icon={X} label={t("search.clear")} onClick={() => setQuery("")} />
            ) : (
              <span className="w-2" />
            )}
          </search>
          {documents.length > 0 ? (
            <FilterMenu documents={documents} filter={filter} onFilter={setFilter} sort={sort} onSort={setSort} />
          ) : null}
          <Button icon={FolderSync} compact onClick={() => setDialog("watched")}>
            {t("watch")}
          </Button>
          <span className="flex">
            <Button
              look="primary"
              icon={Plus}
              title={keyLabel("add_documents")}
              onClick={() => void pick("files")}
              className="rounded-r-none!"
            >
              {t("add")}
            </Button>
            <Menu
              align="end"
              trigger={
                <Button
                  look="primary"
                  aria-label={t("addMore")}
                  className="rounded-l-none! border-l border-on-accent/40 px-1.5!"
                >
                  <ChevronDown size={14} strokeWidth={1.75} aria-hidden />
                </Button>
              }
              entries={[
                {
                  id: "files",
                  text: t("addFiles"),
                  label: (
                    <>
                      <Plus size={14} strokeWidth={1.75} aria-hidden />
                      {t("addFiles")}
                    </>
                  ),
                  onSelect: () => void pick("files"),
                },
                {
                  id: "folder",
                  text: t("addFolder"),
                  label: (
                    <>
                      <FolderPlus size={14} strokeWidth={1.75} aria-hidden />
                      {t("addFolder")}
                    </>
                  ),
                  onSelect: () => void pick("folder"),
                },
                {
                  id: "address",
                  text: t("addAddress"),
                  label: (
                    <>
                      <Globe size={14} strokeWidth={1.75} aria-hidden />
                      {t("addAddress")}
                    </>
                  ),
                  onSelect: () => setDialog("address"),
                },
              ]}
            />
          </span>
        </>
      }
    >
      {batch ? <Adding batch={batch} /> : null}
      {!batch && waiting > 0 ? <WaitingLine count={waiting} onResume={() => void resume()} /> : null}
      <IndexLine status={status.data} />
      <LanguageGap status={status.data} />
      <div
        className={classes(
          "grid min-h-0 flex-1 border-t border-line",
          preview
            ? wide
              ? "grid-cols-[minmax(0,1fr)_minmax(0,1.5fr)] max-[1000px]:grid-cols-[minmax(0,1fr)_clamp(300px,34vw,430px)] max-[760px]:grid-cols-1 max-[760px]:grid-rows-[36%_minmax(0,1fr)]"
              : "grid-cols-[minmax(0,1fr)_clamp(300px,34vw,430px)] max-[760px]:grid-cols-1 max-[760px]:grid-rows-[36%_minmax(0,1fr)]"
            : "grid-cols-1",
        )}
      >
        <div className="@container flex min-h-0 min-w-0 flex-col">
          {chosen.length > 0 && !searching ? (
            <SelectionBar
              documents={chosen}
              onTag={(name) => void tag(chosen, ({ tags = [] }) => (tags.includes(name) ? tags : [...tags, name]))}
              onRetry={(targets) => void retry(targets)}
              onErase={() => setErasing(chosen)}
              onClear={() => setSelected([])}
            />
          ) : isFiltered(filter) ? (
            <FilterLine
              filter={filter}
              shown={shown.length}
              again={shown.filter(canRetry)}
              onFilter={setFilter}
              onRetry={(targets) => void retry(targets)}
            />
          ) : null}
          {error ? (
            <div className="p-6">
              <ErrorNote error={error} onRetry={() => void refetch()} />
            </div>
          ) : searching ? (
            <SearchResults
              brand={brand.id}
              query={place.q ?? ""}
              filter={filter}
              documents={documents}
              selected={{ document: place.document, start: place.start }}
              field={find}
              list={results}
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
          ) : shown.length === 0 && isFiltered(filter) ? (
            <p className="px-6 py-8 text-muted">{t("filter.nothing")}</p>
          ) : (
            <DocumentTable
              documents={shown}
              incoming={batch?.files ?? NO_EVENTS}
              active={place.document}
              selected={selected}
              sort={sort}
              onSort={setSort}
              onActive={(document) => onPlace({ ...(place.q ? { q: place.q } : {}), document })}
              onSelected={setSelected}
              onFind={() => find.current?.select()}
              onEnter={() => beside.current?.querySelector<HTMLElement>("[data-pane]")?.focus()}
            />
          )}
        </div>
        {preview ? (
          <div ref={beside} className="min-h-0 min-w-0 border-line max-[760px]:border-t min-[761px]:border-l">
            <DocumentPreview
              key={preview}
              brand={brand.id}
              document={preview}
              span={preview === place.document ? span : undefined}
              marks={marks}
              terms={terms}
              onClose={close}
              actions={actions}
            />
          </div>
        ) : null}
      </div>
      <EraseDialog
        brand={brand.id}
        documents={erasing}
        onClose={() => setErasing([])}
        onErased={() => {
          setSelected([]);
          if (erasing.some(({ id }) => id === place.document)) close();
        }}
      />
      <AddressDialog
        open={dialog === "address"}
        onClose={() => setDialog(undefined)}
        onAdd={(addresses) => void add(addresses.map((url) => ({ kind: "url", url })))}
      />
      <WatchedFolders brand={brand.id} open={dialog === "watched"} onClose={() => setDialog(undefined)} />
    </Screen>
  );
}

const NO_DOCUMENTS: DocumentView[] = [];
const NO_EVENTS = {};
