import { useVirtualizer } from "@tanstack/react-virtual";
import type { TFunction } from "i18next";
import { ArrowDown, ArrowUp, Square, SquareCheck } from "lucide-react";
import { type KeyboardEvent, type MouseEvent, memo, useCallback, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { classes } from "@/components/classes";
import { Status } from "@/components/Status";
import type { DocumentView, IngestEventView } from "@/generated/rpc";
import { type Formats, useFormats } from "@/i18n/format";
import { stateTone } from "./documentWords";
import { FormatIcon } from "./FormatIcon";
import { type ProblemWords, useProblemWords } from "./problemWords";
import { between, type Sort, type SortKey, toggled, UNITS } from "./shelf";

const ROW_PX = 34;
const HEAD_PX = 32;
/** Where there is little room the table says what a document is and how it stands; the preview says the rest. */
const SPARE = "@max-[640px]:hidden";

const COLUMNS =
  "grid grid-cols-[minmax(180px,2.3fr)_96px_80px_minmax(112px,0.7fr)_minmax(120px,2fr)] items-center @max-[640px]:grid-cols-[minmax(0,1fr)_minmax(116px,auto)]";

interface Props {
  documents: DocumentView[];
  /** Files on their way, by name. */
  incoming: Record<string, IngestEventView>;
  /** The one that is open. */
  active: string | undefined;
  /** Those that will be acted on together; empty when it is only the active one. */
  selected: readonly string[];
  sort: Sort;
  onSort(sort: Sort): void;
  onActive(document: string): void;
  onSelected(documents: string[]): void;
  onFind(): void;
  /** Leads on into what is open. */
  onEnter(): void;
}

const WORKING = ["reading", "chunking", "embedding", "queued"];

/** What every row says words with; asked for once, because a row is made hundreds of times while one scrolls. */
interface Voice {
  t: TFunction<"library">;
  formats: Formats;
  words: ProblemWords;
}

function notesOf(document: DocumentView, event: IngestEventView | undefined, { t, formats, words }: Voice): string {
  if (event && WORKING.includes(event.state)) {
    if (event.state === "reading" && event.pages > 0) {
      return t(`incoming.${document.format ? UNITS[document.format] : "pages"}`, { page: event.pages });
    }
    if (event.state === "embedding" && event.passages > 0) return t("incoming.passages", { count: event.passages });
    return t("incoming.soon");
  }
  const [problem, ...others] = document.problems;
  // Where nothing could be read, what to do is all that is worth saying.
  if (problem && (document.state === "rejected" || document.state === "failed")) {
    return problem.kind === "encrypted" ? words.short(problem, document) : words.text(problem);
  }
  const notes = [
    document.language ? formats.language(document.language) : undefined,
    problem ? words.short(problem, document) : undefined,
    others.length > 0 ? t("more", { count: others.length }) : undefined,
    document.tags && document.tags.length > 0 ? document.tags.join(", ") : undefined,
  ].filter(Boolean);
  return notes.length > 0 ? notes.join(" · ") : "–";
}

interface RowProps {
  document: DocumentView;
  event: IngestEventView | undefined;
  index: number;
  /** Distance from the top of the list in pixels. */
  start: number;
  on: boolean;
  /** Undefined while nothing is selected. */
  chosen: boolean | undefined;
  voice: Voice;
  onClick(document: string, how: "open" | "toggle" | "range"): void;
}

const Row = memo(function Row({ document, event, index, start, on, chosen, voice, onClick }: RowProps) {
  const { t, formats, words } = voice;
  const state = event?.state ?? document.state;
  const [problem] = document.problems;
  const Box = chosen ? SquareCheck : Square;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid moves the selection by keys, a row never has the focus
    <div
      id={`document-${document.id}`}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={chosen ?? on}
      onClick={(click: MouseEvent) =>
        onClick(document.id, click.shiftKey ? "range" : click.ctrlKey || click.metaKey ? "toggle" : "open")
      }
      className={classes(
        COLUMNS,
        "group absolute top-0 left-0 w-full cursor-default border-b border-line/60 outline-none select-none",
        on || chosen ? "bg-accent-soft" : "hover:bg-sunk",
      )}
      style={{ height: ROW_PX, transform: `translateY(${start}px)` }}
    >
      <span
        role="gridcell"
        className="flex h-full min-w-0 items-center pr-4 pl-4"
        title={document.title ?? document.name}
      >
        {/* The picture of the format is also where a document is picked with the mouse; keys do it with Space. */}
        {/* biome-ignore lint/a11y/noStaticElementInteractions: a larger target for what the row offers to keys */}
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: see above */}
        <span
          title={t("select.one")}
          onClick={(click) => {
            click.stopPropagation();
            onClick(document.id, click.shiftKey ? "range" : "toggle");
          }}
          className="grid h-full w-8 shrink-0 place-items-center"
        >
          <span className={chosen === undefined ? "group-hover:hidden" : "hidden"}>
            <FormatIcon document={document} />
          </span>
          {chosen === undefined ? (
            <span className="hidden size-3.5 rounded-[3px] border border-muted group-hover:block" />
          ) : (
            <Box size={16} strokeWidth={1.5} aria-hidden className={chosen ? "text-accent" : "text-muted"} />
          )}
        </span>
        <span className="truncate pl-0.5">{document.name}</span>
      </span>
      <span role="gridcell" className={classes("truncate pr-3 tabular-nums", SPARE)}>
        {document.pages > 0 && document.format
          ? t(`size.${UNITS[document.format]}`, { count: document.pages, amount: formats.number(document.pages) })
          : "–"}
      </span>
      <span role="gridcell" className={classes("pr-6 text-right tabular-nums", SPARE)}>
        {document.passages > 0 ? formats.number(document.passages) : "–"}
      </span>
      <span role="gridcell" className="min-w-0">
        <Status tone={stateTone[state]}>{t(`state.${state}`)}</Status>
      </span>
      <span
        role="gridcell"
        className={classes("truncate pr-4 text-muted", SPARE)}
        title={problem ? words.text(problem) : undefined}
      >
        {notesOf(document, event, voice)}
      </span>
    </div>
  );
});

interface HeadProps {
  column: SortKey;
  sort: Sort;
  onSort(sort: Sort): void;
  className?: string;
}

function Head({ column, sort, onSort, className }: HeadProps) {
  const { t } = useTranslation("library");
  const on = sort.key === column;
  const Arrow = sort.descending ? ArrowDown : ArrowUp;
  return (
    <span
      role="columnheader"
      aria-sort={on ? (sort.descending ? "descending" : "ascending") : "none"}
      className={className}
    >
      <button
        type="button"
        onClick={() => onSort({ key: column, descending: on ? !sort.descending : false })}
        className="inline-flex h-6 items-center gap-1 rounded-sm hover:text-ink"
      >
        {t(`table.${column}`)}
        {on && (column !== "name" || sort.descending) ? <Arrow size={12} strokeWidth={1.75} aria-hidden /> : null}
      </button>
    </span>
  );
}

export function DocumentTable(props: Props) {
  const { documents, incoming, active, selected, sort, onSort, onActive, onSelected, onFind, onEnter } = props;
  const { t } = useTranslation("library");
  const formats = useFormats();
  const words = useProblemWords();
  const voice = useMemo(() => ({ t, formats, words }), [t, formats, words]);
  const scroller = useRef<HTMLDivElement>(null);
  /** Where a range begins: the last document that was chosen without Shift. */
  const anchor = useRef<string>(undefined);
  const rows = useVirtualizer({
    count: documents.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    scrollMargin: HEAD_PX,
    scrollPaddingStart: HEAD_PX,
  });
  const activeIndex = documents.findIndex(({ id }) => id === active);
  const chosen = new Set(selected);

  useEffect(() => {
    if (activeIndex >= 0) rows.scrollToIndex(activeIndex, { align: "auto" });
  }, [activeIndex, rows]);

  const choose = (document: string, how: "open" | "toggle" | "range") => {
    if (how === "range") {
      onSelected(between(documents, anchor.current ?? active, document));
      return;
    }
    anchor.current = document;
    if (how === "toggle") {
      // The open document is part of what was meant when others are added to it.
      const begun = selected.length === 0 && active !== undefined && active !== document ? [active] : selected;
      onSelected(toggled(begun, document));
      return;
    }
    onSelected([]);
    onActive(document);
  };
  const latest = useRef(choose);
  latest.current = choose;
  const onClick = useCallback(
    (document: string, how: "open" | "toggle" | "range") => latest.current(document, how),
    [],
  );

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW_PX) / ROW_PX) - 1);
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    const step = steps[event.key];
    const command = event.ctrlKey || event.metaKey;
    let next: number | undefined;
    if (step !== undefined) next = activeIndex < 0 ? 0 : activeIndex + step;
    else if (event.key === "Home") next = 0;
    else if (event.key === "End") next = documents.length - 1;
    if (next !== undefined) {
      event.preventDefault();
      const document = documents[Math.min(documents.length - 1, Math.max(0, next))];
      if (!document) return;
      if (event.shiftKey) {
        anchor.current ??= active ?? document.id;
        onSelected(between(documents, anchor.current, document.id));
      } else {
        anchor.current = document.id;
        onSelected([]);
      }
      onActive(document.id);
    } else if (event.key === " " && active !== undefined) {
      event.preventDefault();
      anchor.current = active;
      onSelected(toggled(selected, active));
    } else if (event.key.toLowerCase() === "a" && command) {
      event.preventDefault();
      onSelected(documents.map(({ id }) => id));
    } else if (event.key === "Escape" && selected.length > 0) {
      // The selection goes first, the preview with the next Escape.
      event.preventDefault();
      onSelected([]);
    } else if (event.key === "Enter" && active !== undefined) {
      event.preventDefault();
      onEnter();
    } else if (event.key === "f" && !command && !event.altKey) {
      event.preventDefault();
      onFind();
    }
  };

  return (
    <div
      role="grid"
      aria-label={t("table.label")}
      aria-rowcount={documents.length + 1}
      aria-multiselectable
      aria-activedescendant={activeIndex >= 0 ? `document-${active}` : undefined}
      tabIndex={0}
      data-pane
      onKeyDown={onKeyDown}
      className="flex min-h-0 min-w-0 flex-1 flex-col -outline-offset-2"
    >
      <div ref={scroller} role="presentation" className="min-h-0 flex-1 overflow-x-hidden overflow-y-auto">
        <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-paper" style={{ height: HEAD_PX }}>
          <div role="row" aria-rowindex={1} className={classes(COLUMNS, "h-full text-small font-medium text-muted")}>
            <Head column="name" sort={sort} onSort={onSort} className="pl-6" />
            <Head column="size" sort={sort} onSort={onSort} className={SPARE} />
            <Head column="passages" sort={sort} onSort={onSort} className={classes("pr-6 text-right", SPARE)} />
            <Head column="state" sort={sort} onSort={onSort} />
            <span role="columnheader" className={SPARE}>
              {t("table.notes")}
            </span>
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((item) => {
            const document = documents[item.index];
            if (!document) return null;
            const event = incoming[document.name];
            return (
              <Row
                key={document.id}
                document={document}
                event={event && (event.document === null || event.document === document.id) ? event : undefined}
                index={item.index}
                start={item.start - HEAD_PX}
                on={document.id === active}
                chosen={selected.length > 0 ? chosen.has(document.id) : undefined}
                voice={voice}
                onClick={onClick}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}
