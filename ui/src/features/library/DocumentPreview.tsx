/** A document beside what led to it: its pages where it has some to show, else its text as it was read. */
import { Maximize2, Minimize2, TextSelect, Trash2, X } from "lucide-react";
import { lazy, Suspense, useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { classes } from "@/components/classes";
import { ErrorNote } from "@/components/ErrorNote";
import { IconButton } from "@/components/IconButton";
import { Skeleton } from "@/components/Skeleton";
import { Status } from "@/components/Status";
import type { CommandError, DocumentView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { useCommand } from "@/rpc/query";
import { AsRead } from "./AsRead";
import { stateTone } from "./documentWords";
import { PagesBoundary } from "./PagesBoundary";
import { ProblemCard } from "./ProblemCard";
import type { Span } from "./pagePassages";
import { TagEditor } from "./TagEditor";

const PdfPages = lazy(() => import("./PdfPages"));

const NO_MARKS: readonly Span[] = [];

export interface PreviewActions {
  onRetry(document: DocumentView, password?: string): Promise<void>;
  onErase(document: DocumentView): void;
  onTags(document: DocumentView, tags: string[]): void;
  knownTags: readonly string[];
  /** Gives the preview more room, or takes it back. */
  onWide(): void;
  wide: boolean;
}

interface Props {
  brand: string;
  document: string;
  /** Shown and marked when the document opens. */
  span?: Span | undefined;
  /** Where the words that were looked for stand. */
  marks?: readonly Span[] | undefined;
  /** Words to mark where `marks` says nothing. */
  terms: readonly string[];
  onClose(): void;
  /** Left out where the library cannot be changed. */
  actions?: PreviewActions | undefined;
}

/** In a narrow pane a button keeps its icon and its name, and leaves the room to the title. */
const SHORT = "@max-[380px]/head:sr-only";

export function DocumentPreview({ brand, document, span, marks = NO_MARKS, terms, onClose, actions }: Props) {
  const { t } = useTranslation(["library", "common"]);
  const formats = useFormats();
  const { data, error, refetch } = useCommand("document_show", { brand, document });
  const [asRead, setAsRead] = useState(false);
  const [noPages, setNoPages] = useState<CommandError>();
  const [place, setPlace] = useState<{ page: number; pages: number }>();
  const onPage = useCallback((page: number, pages: number) => setPlace({ page, pages }), []);
  const view = data?.document;
  const drawable = view?.format === "pdf" && noPages === undefined && view.state !== "rejected";
  const pages = drawable && !asRead;
  const tags = view?.tags ?? [];
  return (
    <section aria-label={t("preview.title")} className="flex h-full min-h-0 min-w-0 flex-col">
      <header className="@container/head flex h-11 flex-none items-center gap-1.5 border-b border-line pr-2 pl-4">
        <h2 className="min-w-0 flex-1 truncate font-medium" title={view?.name}>
          {view?.name ?? t("preview.title")}
        </h2>
        {drawable ? (
          <Button
            icon={TextSelect}
            aria-pressed={asRead}
            title={t("preview.asRead")}
            onClick={() => setAsRead(!asRead)}
            className="aria-pressed:border-accent aria-pressed:bg-accent-soft"
          >
            <span className={SHORT}>{t("preview.asRead")}</span>
          </Button>
        ) : null}
        {view && actions ? (
          <>
            <Button icon={Trash2} title={t("erase.button")} onClick={() => actions.onErase(view)}>
              <span className={SHORT}>{t("erase.button")}</span>
            </Button>
            <IconButton
              icon={actions.wide ? Minimize2 : Maximize2}
              label={t(actions.wide ? "preview.narrow" : "preview.wide")}
              onClick={actions.onWide}
              className="max-[1000px]:hidden"
            />
          </>
        ) : null}
        <IconButton icon={X} label={t("preview.close")} onClick={onClose} />
      </header>
      {error ? (
        <div className="p-4">
          <ErrorNote error={error} onRetry={() => void refetch()} />
        </div>
      ) : null}
      {!data && !error ? <Skeleton lines={10} /> : null}
      {view ? (
        <div className="flex flex-none flex-wrap items-center gap-x-2.5 gap-y-0.5 border-b border-line px-4 py-1 text-small text-muted">
          <Status tone={stateTone[view.state]}>{t(`state.${view.state}`)}</Status>
          {place && place.pages > 1 && !pages ? (
            <span className="tabular-nums" aria-live="polite">
              {t("preview.page", { page: formats.number(place.page), pages: formats.number(place.pages) })}
            </span>
          ) : null}
          <span>{formats.bytes(view.byte_count)}</span>
          {view.language ? <span>{formats.language(view.language)}</span> : null}
          <span>{t("passages", { count: view.passages, amount: formats.number(view.passages) })}</span>
          <span>
            {view.dated
              ? t("dated", { date: formats.date(view.dated) })
              : t("added", { date: formats.date(view.added_at) })}
          </span>
          {actions ? (
            <TagEditor tags={tags} known={actions.knownTags} onChange={(next) => actions.onTags(view, next)} />
          ) : (
            tags.map((tag) => (
              <span key={tag} className="rounded-sm bg-sunk px-1.5">
                {tag}
              </span>
            ))
          )}
        </div>
      ) : null}
      {view && view.problems.length > 0 ? (
        <ProblemCard document={view} onRetry={actions ? (password) => actions.onRetry(view, password) : undefined} />
      ) : null}
      {noPages && view?.format === "pdf" && view.state !== "rejected" ? (
        <p role="status" className="flex-none border-b border-line px-4 py-1.5 text-small text-muted">
          {t("preview.noPages")}
        </p>
      ) : null}
      {data && pages ? (
        <PagesBoundary onFail={setNoPages}>
          <Suspense fallback={<Skeleton lines={10} />}>
            <PdfPages
              key={data.document.id}
              brand={brand}
              detail={data}
              span={span}
              marks={marks}
              terms={terms}
              onPage={onPage}
              onFail={setNoPages}
            />
          </Suspense>
        </PagesBoundary>
      ) : data ? (
        data.text === "" ? (
          <p className={classes("px-4 py-6 text-muted")}>{t("preview.noText")}</p>
        ) : (
          <AsRead key={data.document.id} detail={data} span={span} marks={marks} terms={terms} onPage={onPage} />
        )
      ) : null}
    </section>
  );
}
