/** A document as it was read: page breaks, passages, problems in plain words, and the span that was asked for. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { RotateCw, Trash2, X } from "lucide-react";
import { memo, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { classes } from "@/components/classes";
import { ErrorNote } from "@/components/ErrorNote";
import { IconButton } from "@/components/IconButton";
import { Skeleton } from "@/components/Skeleton";
import { Status } from "@/components/Status";
import { cut, findTerms } from "@/components/text/marks";
import type { DocumentDetailView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { useCommand } from "@/rpc/query";
import { type LaidBlock, type LayoutItem, layOut, pageOf } from "./documentLayout";
import { canRetry, stateTone } from "./documentWords";

interface Span {
  /** First character, in Unicode scalar values. */
  start: number;
  /** One past the last. */
  end: number;
}

interface Props {
  brand: string;
  document: string;
  /** Shown and marked when the document opens. */
  span?: Span | undefined;
  /** Words to mark. */
  terms: readonly string[];
  onClose(): void;
  /** Left out where the library cannot be changed. */
  onRetry?: () => void;
  onRemove?: () => void;
}

interface BlockProps {
  text: string;
  block: LaidBlock;
  start: number;
  end: number;
  terms: readonly string[];
}

const BlockText = memo(function BlockText({ text, block, start, end, terms }: BlockProps) {
  const shown = text.slice(block.start, block.end);
  const marks = [
    ...findTerms(shown, terms),
    ...(start < end ? [{ start: start - block.start, end: end - block.start }] : []),
  ];
  return (
    <p className={`block block-${block.kind}`}>
      {block.kind === "list_item" && !/^\s*([-*•–]|\d+[.)])/.test(shown) ? "•  " : null}
      {cut(shown, marks).map((piece) =>
        piece.marks.length > 0 ? <mark key={piece.start}>{piece.text}</mark> : piece.text,
      )}
    </p>
  );
});

const NO_SPAN = { start: 0, end: 0 };

function Text({
  detail,
  span,
  terms,
}: {
  detail: DocumentDetailView;
  span: Span | undefined;
  terms: readonly string[];
}) {
  const { t } = useTranslation("library");
  const { items, characters } = useMemo(() => layOut(detail), [detail]);
  const wanted = useMemo(
    () => (span ? { start: characters.toIndex(span.start), end: characters.toIndex(span.end) } : NO_SPAN),
    [characters, span],
  );
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
  const [page, setPage] = useState(1);

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

  const drawn = rows.getVirtualItems();
  const last = detail.pages.at(-1)?.number ?? 1;
  return (
    <>
      <p className="flex-none border-b border-line bg-paper px-4 py-1.5 text-small text-muted">
        {t("preview.asRead")} · {t("preview.page", { page, pages: last })}
      </p>
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
          {drawn.map((row) => {
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
                  text={detail.text}
                  wanted={wanted}
                  terms={terms}
                  first={row.index === 0}
                  last={row.index === items.length - 1}
                />
              </div>
            );
          })}
        </div>
      </section>
    </>
  );
}

interface ItemProps {
  item: LayoutItem;
  text: string;
  wanted: { start: number; end: number };
  terms: readonly string[];
  first: boolean;
  last: boolean;
}

function Item({ item, text, wanted, terms, first, last }: ItemProps) {
  const { t } = useTranslation("library");
  const formats = useFormats();
  if (item.type === "page") {
    return (
      <>
        {first ? null : <div className="mb-3 h-3 border-x border-b border-line bg-page" />}
        <div
          role="separator"
          aria-label={t("preview.pageBreak", { page: item.number })}
          className="flex items-end justify-end border-x border-t border-line bg-page px-4 pt-3 pb-1 text-tiny text-muted tabular-nums"
        >
          {formats.number(item.number)}
        </div>
      </>
    );
  }
  const on = item.start < wanted.end && item.end > wanted.start;
  return (
    <div className={classes("page-sheet border-y-0! py-1!", last && "border-b! pb-8!")}>
      <div className={item.passage ? classes("passage", on && "passage-on") : undefined}>
        {item.blocks.map((block) => {
          // A citation is marked as a whole; a search marks its words inside the passage it found.
          const hit = terms.length === 0 && block.start < wanted.end && block.end > wanted.start;
          return (
            <BlockText
              key={block.start}
              text={text}
              block={block}
              start={hit ? wanted.start : 0}
              end={hit ? wanted.end : 0}
              terms={terms}
            />
          );
        })}
      </div>
    </div>
  );
}

export function DocumentPreview({ brand, document, span, terms, onClose, onRetry, onRemove }: Props) {
  const { t } = useTranslation(["library", "common"]);
  const formats = useFormats();
  const { data, error, refetch } = useCommand("document_show", { brand, document });
  const view = data?.document;
  return (
    <section aria-label={t("preview.title")} className="flex h-full min-h-0 min-w-0 flex-col">
      <header className="flex h-11 flex-none items-center gap-1.5 border-b border-line pr-2 pl-4">
        <h2 className="min-w-0 flex-1 truncate font-medium" title={view?.name}>
          {view?.name ?? t("preview.title")}
        </h2>
        {view && onRetry && canRetry(view) ? (
          <Button icon={RotateCw} onClick={onRetry}>
            {t("retry")}
          </Button>
        ) : null}
        {view && onRemove ? <IconButton icon={Trash2} label={t("remove.button")} onClick={onRemove} /> : null}
        <IconButton icon={X} label={t("preview.close")} onClick={onClose} />
      </header>
      {error ? (
        <div className="p-4">
          <ErrorNote error={error} onRetry={() => void refetch()} />
        </div>
      ) : null}
      {!data && !error ? <Skeleton lines={10} /> : null}
      {view ? (
        <div className="flex flex-none flex-wrap items-center gap-x-3 gap-y-0.5 px-4 py-1.5 text-small text-muted">
          <Status tone={stateTone[view.state]}>{t(`state.${view.state}`)}</Status>
          <span>{formats.bytes(view.byte_count)}</span>
          {view.language ? <span>{formats.language(view.language)}</span> : null}
          <span>{t("passages", { count: view.passages, amount: formats.number(view.passages) })}</span>
          <span>{t("added", { date: formats.date(view.added_at) })}</span>
        </div>
      ) : null}
      {view && view.problems.length > 0 ? (
        <ul className="max-h-[40%] flex-none overflow-auto border-t border-line bg-amber-soft px-4 py-2">
          {view.problems.map((problem) => (
            <li key={`${problem.kind} ${problem.message}`} className="py-0.5">
              <Status tone={view.state === "partial" || view.state === "ready" ? "attention" : "wrong"}>
                <span className="font-medium">{t(`problem.${problem.kind}`)}</span>
              </Status>
              <p className="pl-5 text-pretty" title={problem.message}>
                {t(`problemText.${problem.kind}`)}
                {problem.pages.length > 0 ? (
                  <span className="text-muted">
                    {" "}
                    · {t("problemPages", { count: problem.pages.length, pages: pageList(problem.pages) })}
                  </span>
                ) : null}
              </p>
            </li>
          ))}
        </ul>
      ) : null}
      {data ? (
        data.text === "" ? (
          <p className="border-t border-line px-4 py-6 text-muted">{t("preview.noText")}</p>
        ) : (
          <div className="flex min-h-0 flex-1 flex-col border-t border-line">
            <Text key={data.document.id} detail={data} span={span} terms={terms} />
          </div>
        )
      ) : null}
    </section>
  );
}

/** `3, 7–9, 12`. */
export function pageList(pages: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const page of [...pages].sort((left, right) => left - right)) {
    const run = runs.at(-1);
    if (run && page <= run[1] + 1) run[1] = page;
    else runs.push([page, page]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(", ");
}
