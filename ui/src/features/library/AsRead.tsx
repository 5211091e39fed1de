/** A document as it was read: page breaks, passages, and the span or the words that were asked for. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { classes } from "@/components/classes";
import { cut, findTerms } from "@/components/text/marks";
import type { DocumentDetailView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { type LaidBlock, type LayoutItem, layOut, pageOf } from "./documentLayout";
import type { Span } from "./pagePassages";

interface Range {
  start: number;
  end: number;
}

interface BlockProps {
  text: string;
  block: LaidBlock;
  /** UTF-16 ranges of the whole text. */
  marks: readonly Range[];
  terms: readonly string[];
}

const BlockText = memo(function BlockText({ text, block, marks, terms }: BlockProps) {
  const shown = text.slice(block.start, block.end);
  const wanted = [
    ...findTerms(shown, terms),
    ...marks.map(({ start, end }) => ({ start: start - block.start, end: end - block.start })),
  ];
  return (
    <p className={`block block-${block.kind}`}>
      {block.kind === "list_item" && !/^\s*([-*•–]|\d+[.)])/.test(shown) ? "•  " : null}
      {cut(shown, wanted).map((piece) =>
        piece.marks.length > 0 ? <mark key={piece.start}>{piece.text}</mark> : piece.text,
      )}
    </p>
  );
});

const NO_SPAN = { start: 0, end: 0 };
const NOTHING: readonly Range[] = [];

interface Props {
  detail: DocumentDetailView;
  span: Span | undefined;
  /** Where the words that were looked for stand, in Unicode scalar values. */
  marks: readonly Span[];
  /** Words to look for where the application has not said where they stand. */
  terms: readonly string[];
  onPage(page: number, pages: number): void;
}

export function AsRead({ detail, span, marks, terms, onPage }: Props) {
  const { t } = useTranslation("library");
  const { items, characters } = useMemo(() => layOut(detail), [detail]);
  const toRange = useMemo(
    () => (place: Span) => ({ start: characters.toIndex(place.start), end: characters.toIndex(place.end) }),
    [characters],
  );
  const wanted = useMemo(() => (span ? toRange(span) : NO_SPAN), [toRange, span]);
  // A search marks its words; a citation is marked as a whole.
  const marked = useMemo(
    () =>
      marks.length > 0 ? marks.map(toRange) : terms.length === 0 && wanted.end > wanted.start ? [wanted] : NOTHING,
    [marks, terms, wanted, toRange],
  );
  const words = marks.length > 0 ? NO_TERMS : terms;
  const target = items.findIndex((item) => item.type === "blocks" && item.end > wanted.start && wanted.end > 0);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (items[index]?.type === "page" ? 48 : 150),
    getItemKey: (index) => items[index]?.key ?? index,
    overscan: 6,
    initialOffset: 0,
  });
  const [page, setPage] = useState(detail.pages[0]?.number ?? 1);
  const last = detail.pages.at(-1)?.number ?? 1;
  const latest = useRef(onPage);
  latest.current = onPage;
  useEffect(() => latest.current(page, last), [page, last]);

  useEffect(() => {
    if (target < 0) return;
    rows.scrollToIndex(target, { align: "start" });
    // Heights are only known once drawn: bring the mark itself into the middle when it is there.
    const frame = requestAnimationFrame(() =>
      requestAnimationFrame(() =>
        scroller.current?.querySelector(".passage-on mark, .passage-on, mark")?.scrollIntoView?.({ block: "center" }),
      ),
    );
    return () => cancelAnimationFrame(frame);
  }, [target, rows]);

  return (
    <section
      ref={scroller}
      data-pane
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      aria-label={t("preview.label", { name: detail.document.name })}
      onScroll={(event) => {
        const { scrollTop, clientHeight } = event.currentTarget;
        const first = rows.getVirtualItemForOffset(scrollTop + clientHeight / 3);
        setPage(pageOf(items, first?.index ?? 0));
      }}
      className="min-h-0 flex-1 overflow-auto bg-sunk px-5 py-4 -outline-offset-2"
    >
      <div className="relative" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => {
          const item = items[row.index];
          if (!item) return null;
          return (
            <div
              key={row.key}
              ref={rows.measureElement}
              data-index={row.index}
              className="absolute top-0 left-0 w-full"
              style={{ transform: `translateY(${row.start}px)` }}
            >
              <Item
                item={item}
                detail={detail}
                wanted={wanted}
                marks={marked}
                terms={words}
                first={row.index === 0}
                last={row.index === items.length - 1}
              />
            </div>
          );
        })}
      </div>
    </section>
  );
}

const NO_TERMS: readonly string[] = [];

interface ItemProps {
  item: LayoutItem;
  detail: DocumentDetailView;
  wanted: Range;
  marks: readonly Range[];
  terms: readonly string[];
  first: boolean;
  last: boolean;
}

function Item({ item, detail, wanted, marks, terms, first, last }: ItemProps) {
  const { t } = useTranslation("library");
  const formats = useFormats();
  if (item.type === "page") {
    const label = detail.pages.find(({ number }) => number === item.number)?.label;
    return (
      <>
        {first ? null : <div className="mb-3 h-3 border-x border-b border-line bg-page" />}
        <div
          role="separator"
          aria-label={t("preview.pageBreak", { page: label ?? item.number })}
          className="flex items-end justify-end gap-2 border-x border-t border-line bg-page px-4 pt-3 pb-1 text-tiny text-muted tabular-nums"
        >
          {label && label !== String(item.number) ? <span className="min-w-0 truncate">{label}</span> : null}
          <span>{formats.number(item.number)}</span>
        </div>
      </>
    );
  }
  const on = item.start < wanted.end && item.end > wanted.start;
  return (
    <div className={classes("page-sheet border-y-0! py-1!", last && "border-b! pb-8!")}>
      <div className={item.passage ? classes("passage", on && "passage-on") : undefined}>
        {item.blocks.map((block) => (
          <BlockText
            key={block.start}
            text={detail.text}
            block={block}
            marks={marks.filter(({ start, end }) => block.start < end && block.end > start)}
            terms={terms}
          />
        ))}
      </div>
    </div>
  );
}
