/** What was found, by document: each passage with its words marked, where it stands, and why it is here. */
import { SearchX } from "lucide-react";
import { Fragment, type KeyboardEvent, type RefObject, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { classes } from "@/components/classes";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { Skeleton } from "@/components/Skeleton";
import { Status } from "@/components/Status";
import { characterMap } from "@/components/text/characters";
import { MarkedText } from "@/components/text/MarkedText";
import { cut } from "@/components/text/marks";
import type { DocumentView, HitView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { useSaid } from "@/i18n/useSaid";
import { useCommand } from "@/rpc/query";
import { FormatIcon } from "./FormatIcon";
import type { Filter } from "./shelf";

export const MOST_HITS = 40;

/** Nearest in meaning is always something: what shares neither a word nor a hundredth of the meaning is no answer. */
const isAnswer = ({ matched_terms, relevance }: HitView) => matched_terms.length > 0 || relevance >= 0.01;

const MOST_TERMS = 3;

/** Why a passage was found. */
function useWhy() {
  const { t } = useTranslation(["library", "said"]);
  const formats = useFormats();
  return ({ nearness, matched_terms }: HitView): string =>
    [
      matched_terms.length > 0
        ? t("search.why.says", {
            words: formats.list(matched_terms.slice(0, MOST_TERMS).map((text) => t("said:quote", { text }))),
          })
        : undefined,
      nearness ? t(`search.why.${nearness}`) : undefined,
    ]
      .filter(Boolean)
      .join(", ");
}

export interface Group {
  document: string;
  name: string;
  hits: HitView[];
}

/** Documents in the order of their best passage; in each its passages, best first. */
export function byDocument(hits: readonly HitView[]): Group[] {
  const groups = new Map<string, Group>();
  for (const hit of hits) {
    const group = groups.get(hit.document);
    if (group) group.hits.push(hit);
    else groups.set(hit.document, { document: hit.document, name: hit.document_name, hits: [hit] });
  }
  return [...groups.values()];
}

/** The query of a search as the application is asked it; the screen reads the same answer for its marks. */
export function searchParams(brand: string, query: string, filter: Filter) {
  return {
    brand,
    query,
    limit: MOST_HITS,
    ...(filter.tags.length > 0 ? { tags: [...filter.tags] } : {}),
    ...(filter.languages.length > 0 ? { languages: [...filter.languages] } : {}),
  };
}

function Text({ hit }: { hit: HitView }) {
  const heading = hit.heading_path.at(-1);
  const { text, marks } = useMemo(() => {
    // The heading it begins with stands above it already.
    const rest = heading && hit.text.startsWith(heading) ? hit.text.slice(heading.length) : hit.text;
    const shown = rest.trimStart() === "" ? hit.text : rest.trimStart();
    const from = hit.text.length - shown.length;
    const characters = characterMap(hit.text);
    const found = (hit.marks ?? []).map(({ start, end }) => ({
      start: characters.toIndex(start) - from,
      end: characters.toIndex(end) - from,
    }));
    return { text: shown, marks: found };
  }, [hit, heading]);
  // The first words that were looked for are brought near the beginning.
  const first = marks.find(({ end }) => end > 0)?.start ?? 0;
  const from = first > 180 ? Math.max(0, text.lastIndexOf(". ", first - 40) + 2 || first - 120) : 0;
  const shown = text.slice(from, from + 600);
  if (!hit.marks || hit.marks.length === 0) return <MarkedText text={shown} terms={hit.matched_terms} />;
  return (
    <>
      {from > 0 ? "… " : null}
      {cut(
        shown,
        marks.map(({ start, end }) => ({ start: start - from, end: end - from })),
      ).map((piece) =>
        piece.marks.length > 0 ? (
          <mark key={piece.start}>{piece.text}</mark>
        ) : (
          <Fragment key={piece.start}>{piece.text}</Fragment>
        ),
      )}
    </>
  );
}

interface Props {
  brand: string;
  query: string;
  filter: Filter;
  documents: readonly DocumentView[];
  selected: { document: string | undefined; start: number | undefined };
  onOpen(hit: HitView): void;
  /** The field to which Up leads from the first passage. */
  field: RefObject<HTMLInputElement | null>;
  list: RefObject<HTMLDivElement | null>;
}

export function SearchResults({ brand, query, filter, documents, selected, onOpen, field, list }: Props) {
  const { t } = useTranslation("library");
  const formats = useFormats();
  const whyOf = useWhy();
  const say = useSaid();
  const { data, error, refetch } = useCommand("library_search", searchParams(brand, query, filter), {
    keepFormer: true,
  });
  const hits = useMemo(() => (data?.hits ?? []).filter(isAnswer), [data]);
  const groups = useMemo(() => byDocument(hits), [hits]);
  if (error) {
    return (
      <div className="p-6">
        <ErrorNote error={error} onRetry={() => void refetch()} />
      </div>
    );
  }
  if (!data) return <Skeleton />;
  const note = say.search(data);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp" && event.key !== "f") return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (event.key === "f") {
      field.current?.select();
      return;
    }
    const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>("button[data-hit]")];
    const now = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const next = now + (event.key === "ArrowDown" ? 1 : -1);
    if (next < 0) field.current?.focus();
    else buttons[Math.min(next, buttons.length - 1)]?.focus();
  };

  if (data.strength === "none" || hits.length === 0) {
    return (
      <EmptyState
        icon={SearchX}
        title={t("search.none.title")}
        text={note ?? t("search.none.text", { query: data.query })}
      />
    );
  }
  return (
    <div
      ref={list}
      role="group"
      aria-label={t("search.results")}
      data-pane
      tabIndex={-1}
      onKeyDown={onKeyDown}
      className="min-h-0 flex-1 overflow-auto outline-none"
    >
      <div className="flex min-h-8 flex-wrap items-center gap-x-3 px-6 text-small text-muted">
        <p aria-live="polite">
          {t("search.found", { count: hits.length, query: data.query })}
          {groups.length > 1 ? ` · ${t("search.in", { count: groups.length })}` : null}
        </p>
        {data.strength === "weak" ? <Status tone="attention">{t("search.weak")}</Status> : null}
      </div>
      {note ? (
        <p className="px-6 pb-2">
          <Status tone="attention">{note}</Status>
        </p>
      ) : null}
      {groups.map((group) => {
        const known = documents.find(({ id }) => id === group.document);
        return (
          <section key={group.document} aria-label={group.name}>
            <h2 className="sticky top-0 z-1 flex h-9 items-center gap-2.5 border-y border-line/60 bg-paper px-6">
              {known ? <FormatIcon document={known} /> : null}
              <span className="truncate font-medium">{group.name}</span>
              <span className="shrink-0 text-small text-muted">
                {t("search.passages", { count: group.hits.length })}
              </span>
            </h2>
            <ol>
              {group.hits.map((hit) => {
                const on = hit.document === selected.document && hit.start === selected.start;
                return (
                  <li key={hit.passage}>
                    <button
                      type="button"
                      data-hit
                      aria-current={on}
                      onClick={() => onOpen(hit)}
                      className={classes(
                        "grid w-full grid-cols-[44px_minmax(0,1fr)] gap-x-3 py-2.5 pr-6 pl-6 text-left -outline-offset-2",
                        on ? "bg-accent-soft" : "hover:bg-sunk",
                      )}
                    >
                      <span className="pt-0.5 text-small text-muted tabular-nums">{t("page", { page: hit.page })}</span>
                      <span className="max-w-[720px] min-w-0">
                        {hit.heading_path.length > 0 ? (
                          <span className="block truncate text-small text-muted">{hit.heading_path.join(" › ")}</span>
                        ) : null}
                        <span className="line-clamp-3 font-serif text-[14.5px] leading-[22px]">
                          <Text hit={hit} />
                        </span>
                        <span className="mt-0.5 flex gap-3 text-small text-muted">
                          <span className="min-w-0 truncate" title={whyOf(hit)}>
                            {whyOf(hit)}
                          </span>
                          <span className="shrink-0 tabular-nums" title={t("search.relevance")}>
                            {formats.percent(hit.relevance)}
                          </span>
                        </span>
                      </span>
                    </button>
                  </li>
                );
              })}
            </ol>
          </section>
        );
      })}
    </div>
  );
}
