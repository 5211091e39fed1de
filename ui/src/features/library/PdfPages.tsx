/** The pages of a PDF, one below the other; only those in view are drawn. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronLeft, ChevronRight, ZoomIn, ZoomOut } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/IconButton";
import { Skeleton } from "@/components/Skeleton";
import { characterMap } from "@/components/text/characters";
import type { CommandError, DocumentDetailView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { asCommandError } from "@/rpc/call";
import { PdfSheet } from "./PdfSheet";
import { pageAt, passagesOnPage, type Span } from "./pagePassages";
import { type OpenedPdf, openPdf } from "./pdfDocument";

const ZOOMS = [1, 1.25, 1.5, 2, 3] as const;
/** Room around the pages, and between two of them. */
const SPACE_PX = 20;
/** A4, until a page has said otherwise. */
const RATIO = Math.SQRT2;

interface Props {
  brand: string;
  detail: DocumentDetailView;
  span: Span | undefined;
  marks: readonly Span[];
  /** Words to look for where the application has not said where they stand. */
  terms: readonly string[];
  onPage(page: number, pages: number): void;
  onFail(error: CommandError): void;
}

export default function PdfPages({ brand, detail, span, marks, terms, onPage, onFail }: Props) {
  const { t } = useTranslation("library");
  const formats = useFormats();
  const id = detail.document.id;
  const [opened, setOpened] = useState<OpenedPdf>();
  const [ratios, setRatios] = useState<Record<number, number>>({});
  const [width, setWidth] = useState(0);
  const [zoom, setZoom] = useState(0);
  const [page, setPage] = useState(1);
  const [typed, setTyped] = useState<string>();
  const [missing, setMissing] = useState(false);
  const scroller = useRef<HTMLElement>(null);
  const latest = useRef({ onPage, onFail });
  latest.current = { onPage, onFail };

  useEffect(() => {
    const stop = new AbortController();
    let close = () => {};
    openPdf(brand, id, stop.signal).then(
      (now) => {
        close = now.close;
        if (stop.signal.aborted) close();
        else setOpened(now);
      },
      (error) => {
        if (!stop.signal.aborted) latest.current.onFail(asCommandError(error));
      },
    );
    return () => {
      stop.abort();
      close();
      setOpened(undefined);
    };
  }, [brand, id]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => setWidth(Math.max(120, Math.floor(element.clientWidth - 2 * SPACE_PX)));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const pages = opened?.pdf.numPages ?? detail.pages.length;
  const sheetWidth = Math.round(width * (ZOOMS[zoom] ?? 1));
  const heightOf = useCallback(
    (number: number) => Math.round(sheetWidth * (ratios[number] ?? ratios[1] ?? RATIO)),
    [sheetWidth, ratios],
  );
  const rows = useVirtualizer({
    count: opened && width > 0 ? pages : 0,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => heightOf(index + 1) + SPACE_PX,
    paddingStart: SPACE_PX,
    overscan: 1,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: heights are the reason to measure again
  useEffect(() => rows.measure(), [rows, heightOf]);

  const characters = useMemo(() => characterMap(detail.text), [detail.text]);
  const target = span ? pageAt(detail.pages, span.start) : undefined;
  const focus = span ? `${span.start} ${span.end}` : undefined;
  const onPages = useMemo(() => {
    const known = new Map<number, ReturnType<typeof passagesOnPage>>();
    return (number: number) => {
      let found = known.get(number);
      if (!found) {
        found = passagesOnPage(detail, characters, number, span, marks, terms);
        known.set(number, found);
      }
      return found;
    };
  }, [detail, characters, span, marks, terms]);

  const go = useCallback(
    (number: number) => rows.scrollToIndex(Math.min(Math.max(1, number), Math.max(1, pages)) - 1, { align: "start" }),
    [rows, pages],
  );
  const ready = opened !== undefined && width > 0;
  const lead = useRef(go);
  lead.current = go;
  useEffect(() => {
    setMissing(false);
    // The page is only chosen anew when something else is asked for.
    if (ready && target !== undefined && focus !== undefined) lead.current(target);
  }, [ready, target, focus]);

  useEffect(() => latest.current.onPage(page, pages), [page, pages]);

  const onRatio = useCallback(
    (number: number, ratio: number) =>
      setRatios((known) => (known[number] === ratio ? known : { ...known, [number]: ratio })),
    [],
  );
  const onFocused = useCallback((found: boolean) => setMissing(!found), []);

  return (
    <>
      {missing ? (
        <p role="status" className="flex-none border-b border-line bg-amber-soft px-4 py-1.5 text-small">
          {t("preview.notOnPage")}
        </p>
      ) : null}
      <section
        ref={scroller}
        data-pane
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        aria-label={t("preview.pagesLabel", { name: detail.document.name })}
        onScroll={(event) => {
          const { scrollTop, clientHeight } = event.currentTarget;
          setPage((rows.getVirtualItemForOffset(scrollTop + clientHeight / 2)?.index ?? 0) + 1);
        }}
        className="min-h-0 flex-1 overflow-auto bg-sunk -outline-offset-2"
      >
        {ready ? (
          <div className="relative" style={{ height: rows.getTotalSize(), width: sheetWidth + 2 * SPACE_PX }}>
            {rows.getVirtualItems().map((row) => (
              <div
                key={row.key}
                className="absolute top-0"
                style={{ left: SPACE_PX, transform: `translateY(${row.start}px)` }}
              >
                <PdfSheet
                  pdf={opened.pdf}
                  number={row.index + 1}
                  width={sheetWidth}
                  height={heightOf(row.index + 1)}
                  passages={onPages(row.index + 1)}
                  focus={row.index + 1 === target ? focus : undefined}
                  onRatio={onRatio}
                  onFocused={onFocused}
                />
              </div>
            ))}
          </div>
        ) : (
          <Skeleton lines={12} />
        )}
      </section>
      <div
        className="flex h-9 flex-none items-center gap-1 border-t border-line px-2"
        role="group"
        aria-label={t("preview.pageTools")}
      >
        <IconButton
          icon={ChevronLeft}
          label={t("preview.previousPage")}
          disabled={page <= 1}
          onClick={() => go(page - 1)}
        />
        <form
          className="flex items-center gap-1.5 text-small text-muted tabular-nums"
          onSubmit={(event) => {
            event.preventDefault();
            const number = Number.parseInt(typed ?? "", 10);
            if (Number.isFinite(number)) go(number);
            setTyped(undefined);
          }}
        >
          <input
            aria-label={t("preview.goToPage")}
            inputMode="numeric"
            value={typed ?? String(page)}
            onChange={(event) => setTyped(event.target.value)}
            onFocus={(event) => event.target.select()}
            onBlur={() => setTyped(undefined)}
            className="h-6 w-11 rounded-sm border border-line bg-raised text-center text-ink"
          />
          <span>{t("preview.ofPages", { pages: formats.number(pages) })}</span>
        </form>
        <IconButton
          icon={ChevronRight}
          label={t("preview.nextPage")}
          disabled={page >= pages}
          onClick={() => go(page + 1)}
        />
        <span className="flex-1" />
        <IconButton
          icon={ZoomOut}
          label={t("preview.smaller")}
          disabled={zoom === 0}
          onClick={() => setZoom(zoom - 1)}
        />
        <IconButton
          icon={ZoomIn}
          label={t("preview.larger")}
          disabled={zoom === ZOOMS.length - 1}
          onClick={() => setZoom(zoom + 1)}
        />
      </div>
    </>
  );
}
