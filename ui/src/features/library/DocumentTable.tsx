import { useVirtualizer } from "@tanstack/react-virtual";
import { FileCode2, FileText, FileType2, type LucideIcon, NotebookText, ScrollText } from "lucide-react";
import { type KeyboardEvent, memo, useCallback, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { classes } from "@/components/classes";
import { Status } from "@/components/Status";
import type { DocumentFormat, DocumentView, IngestEventView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { stateTone } from "./documentWords";

const ICONS: Record<DocumentFormat, LucideIcon> = {
  pdf: FileText,
  docx: FileType2,
  html: FileCode2,
  markdown: NotebookText,
  text: ScrollText,
};

const ROW_PX = 34;
const HEAD_PX = 32;
/** Where there is little room the table says what a document is and how it stands; the preview says the rest. */
const SPARE = "@max-[640px]:hidden";

const COLUMNS =
  "grid grid-cols-[minmax(160px,2.4fr)_84px_88px_minmax(128px,0.8fr)_minmax(100px,1.6fr)] items-center @max-[640px]:grid-cols-[minmax(0,1fr)_minmax(116px,auto)]";

interface Props {
  documents: DocumentView[];
  /** Files on their way, by name. */
  incoming: Record<string, IngestEventView>;
  selected: string | undefined;
  onSelect(document: string): void;
}

function Notes({ document, event }: { document: DocumentView; event: IngestEventView | undefined }) {
  const { t } = useTranslation("library");
  const formats = useFormats();
  if (event && event.document === document.id && (event.state === "reading" || event.state === "chunking")) {
    return t("incoming.pages", { count: event.pages });
  }
  const [problem, ...others] = document.problems;
  const notes = [
    document.language ? formats.language(document.language) : undefined,
    problem ? t(`problemText.${problem.kind}`) : undefined,
    others.length > 0 ? t("more", { count: others.length }) : undefined,
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
  onSelect(document: string): void;
}

const Row = memo(function Row({ document, event, index, start, on, onSelect }: RowProps) {
  const { t } = useTranslation("library");
  const formats = useFormats();
  const state = event && event.document === document.id ? event.state : document.state;
  const Icon = document.format ? ICONS[document.format] : FileText;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid moves the selection by keys, a row never has the focus
    <div
      id={`document-${document.id}`}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={on}
      onClick={() => onSelect(document.id)}
      className={classes(
        COLUMNS,
        "absolute top-0 left-0 w-full cursor-default border-b border-line/60 outline-none",
        on ? "bg-accent-soft" : "hover:bg-sunk",
      )}
      style={{ height: ROW_PX, transform: `translateY(${start}px)` }}
    >
      <span role="gridcell" className="flex min-w-0 items-center gap-2.5 pl-6" title={document.title ?? document.name}>
        <Icon size={16} strokeWidth={1.5} aria-hidden className="shrink-0 text-muted" />
        <span className="truncate">{document.name}</span>
      </span>
      <span role="gridcell" className={classes("pr-4 text-right tabular-nums", SPARE)}>
        {document.pages > 0 ? formats.number(document.pages) : "–"}
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
        title={document.problems[0] ? t(`problemText.${document.problems[0].kind}`) : undefined}
      >
        <Notes document={document} event={event} />
      </span>
    </div>
  );
});

export function DocumentTable({ documents, incoming, selected, onSelect }: Props) {
  const { t } = useTranslation("library");
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: documents.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    scrollMargin: HEAD_PX,
    scrollPaddingStart: HEAD_PX,
  });
  const latest = useRef(onSelect);
  latest.current = onSelect;
  const select = useCallback((document: string) => latest.current(document), []);
  const selectedIndex = documents.findIndex(({ id }) => id === selected);

  useEffect(() => {
    if (selectedIndex >= 0) rows.scrollToIndex(selectedIndex, { align: "auto" });
  }, [selectedIndex, rows]);

  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW_PX) / ROW_PX) - 1);
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    const step = steps[event.key];
    let next: number | undefined;
    if (step !== undefined) next = selectedIndex < 0 ? 0 : selectedIndex + step;
    else if (event.key === "Home") next = 0;
    else if (event.key === "End") next = documents.length - 1;
    if (next === undefined) return;
    event.preventDefault();
    const document = documents[Math.min(documents.length - 1, Math.max(0, next))];
    if (document) onSelect(document.id);
  };

  return (
    <div
      role="grid"
      aria-label={t("table.label")}
      aria-rowcount={documents.length + 1}
      aria-activedescendant={selectedIndex >= 0 ? `document-${selected}` : undefined}
      tabIndex={0}
      data-pane
      onKeyDown={onKeyDown}
      className="flex min-h-0 min-w-0 flex-1 flex-col -outline-offset-2"
    >
      <div ref={scroller} role="presentation" className="min-h-0 flex-1 overflow-x-hidden overflow-y-auto">
        <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-paper" style={{ height: HEAD_PX }}>
          <div role="row" aria-rowindex={1} className={classes(COLUMNS, "h-full text-small font-medium text-muted")}>
            <span role="columnheader" className="pl-6">
              {t("table.name")}
            </span>
            <span role="columnheader" className={classes("pr-4 text-right", SPARE)}>
              {t("table.pages")}
            </span>
            <span role="columnheader" className={classes("pr-6 text-right", SPARE)}>
              {t("table.passages")}
            </span>
            <span role="columnheader">{t("table.state")}</span>
            <span role="columnheader" className={SPARE}>
              {t("table.notes")}
            </span>
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((item) => {
            const document = documents[item.index];
            return document ? (
              <Row
                key={document.id}
                document={document}
                event={incoming[document.name]}
                index={item.index}
                start={item.start - HEAD_PX}
                on={document.id === selected}
                onSelect={select}
              />
            ) : null;
          })}
        </div>
      </div>
    </div>
  );
}
