/** What goes on in the library, in thin lines above the table: files on their way, the index, a selection, what needs the user. */
import { Play, RotateCw, Square, Tag, Trash2, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { IconButton } from "@/components/IconButton";
import { Progress } from "@/components/Progress";
import { Status } from "@/components/Status";
import type { DocumentView, LibraryStatusView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { canRetry } from "./documentWords";
import { type Batch, secondsLeft } from "./ingest";
import { type Filter, NO_FILTER, type StateGroup } from "./shelf";

export function Adding({ batch }: { batch: Batch }) {
  const { t } = useTranslation("library");
  const formats = useFormats();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const left = secondsLeft(batch, now);
  const { latest } = batch;
  const parts = [
    batch.total > 0
      ? t("adding.of", { done: formats.number(batch.done), total: formats.number(batch.total) })
      : t("adding.looking"),
    latest?.pages_done
      ? latest.pages_total && latest.pages_total > latest.pages_done
        ? t("adding.pagesOf", {
            done: formats.number(latest.pages_done),
            total: formats.number(latest.pages_total),
          })
        : t("adding.pages", { count: latest.pages_done, amount: formats.number(latest.pages_done) })
      : undefined,
    latest?.passages_per_second
      ? t("adding.pace", { pace: formats.number(latest.passages_per_second, latest.passages_per_second < 10 ? 1 : 0) })
      : undefined,
  ].filter(Boolean);
  return (
    <section aria-label={t("adding.label")} className="flex-none px-6 pb-2">
      <Progress value={batch.total > 0 ? batch.done / batch.total : 0} label={t("adding.label")} />
      <div className="mt-1.5 flex items-center gap-4">
        <span className="min-w-0 flex-1 truncate" aria-live="polite">
          <span className="font-strong tabular-nums">{parts.join(" · ")}</span>
          {latest ? ` · ${latest.name}, ${t(`state.${latest.state}`)}` : null}
        </span>
        <span className="shrink-0 text-muted tabular-nums">
          {t("adding.elapsed", { time: formats.duration((now - batch.startedMs) / 1000) })}
          {left === undefined ? null : ` · ${t("adding.left", { time: formats.roughDuration(left) })}`}
        </span>
        {batch.stop ? (
          <Button icon={Square} onClick={batch.stop}>
            {t("adding.stop")}
          </Button>
        ) : null}
      </div>
    </section>
  );
}

/** Documents that wait because a batch was stopped or the program ended. */
export function WaitingLine({ count, onResume }: { count: number; onResume(): void }) {
  const { t } = useTranslation("library");
  const formats = useFormats();
  return (
    <div role="status" className="flex flex-none items-center gap-3 px-6 pb-2">
      <Status tone="paused">{t("waiting.text", { count, amount: formats.number(count) })}</Status>
      <Button icon={Play} onClick={onResume}>
        {t("waiting.resume")}
      </Button>
    </div>
  );
}

/** Says nothing while the index is as it should be. */
export function IndexLine({ status }: { status: LibraryStatusView | undefined }) {
  const { t } = useTranslation("library");
  const formats = useFormats();
  if (!status || status.index === "ready") return null;
  return (
    <div role="status" className="flex-none px-6 pb-2 text-small">
      {status.index === "rebuilding" ? (
        <Status tone="busy">
          {t(status.changing_to === null ? "index.rebuilding" : "index.changing", {
            share: formats.percent(status.index_share),
          })}
        </Status>
      ) : (
        <Status tone="attention">{t("index.off")}</Status>
      )}
    </div>
  );
}

interface SelectionProps {
  documents: readonly DocumentView[];
  onTag(tag: string): void;
  onRetry(documents: readonly DocumentView[]): void;
  onErase(): void;
  onClear(): void;
}

export function SelectionBar({ documents, onTag, onRetry, onErase, onClear }: SelectionProps) {
  const { t } = useTranslation("library");
  const formats = useFormats();
  const [tag, setTag] = useState<string>();
  const again = documents.filter(canRetry);
  return (
    <div
      role="toolbar"
      aria-label={t("select.label")}
      className="flex min-h-9 flex-none flex-wrap items-center gap-2 border-b border-line bg-accent-soft px-6 py-1"
    >
      <span className="font-medium" aria-live="polite">
        {t("select.count", { count: documents.length, amount: formats.number(documents.length) })}
      </span>
      <span className="flex-1" />
      {tag === undefined ? (
        <Button icon={Tag} onClick={() => setTag("")}>
          {t("tags.addMany")}
        </Button>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (tag.trim() !== "") onTag(tag.trim());
            setTag(undefined);
          }}
        >
          <input
            // biome-ignore lint/a11y/noAutofocus: the reader has just asked to type here
            autoFocus
            aria-label={t("tags.new")}
            placeholder={t("tags.new")}
            value={tag}
            maxLength={40}
            onChange={(event) => setTag(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Escape") setTag(undefined);
            }}
            className="control h-7! w-36!"
          />
        </form>
      )}
      {again.length > 0 ? (
        <Button icon={RotateCw} onClick={() => onRetry(again)}>
          {t("retryCount", { count: again.length })}
        </Button>
      ) : null}
      <Button icon={Trash2} onClick={onErase}>
        {t("erase.button")}
      </Button>
      <IconButton icon={X} label={t("select.clear")} onClick={onClear} />
    </div>
  );
}

interface FilterLineProps {
  filter: Filter;
  shown: number;
  /** Those among the shown that another try may help. */
  again: readonly DocumentView[];
  onFilter(filter: Filter): void;
  onRetry(documents: readonly DocumentView[]): void;
}

export function FilterLine({ filter, shown, again, onFilter, onRetry }: FilterLineProps) {
  const { t } = useTranslation("library");
  const formats = useFormats();
  const chips: [string, string, Filter][] = [
    ...filter.states.map((state): [string, string, Filter] => [
      `state ${state}`,
      t(`filter.states.${state}` as "filter.states.ready"),
      { ...filter, states: filter.states.filter((other: StateGroup) => other !== state) },
    ]),
    ...filter.tags.map((tag): [string, string, Filter] => [
      `tag ${tag}`,
      tag,
      { ...filter, tags: filter.tags.filter((other) => other !== tag) },
    ]),
    ...filter.languages.map((code): [string, string, Filter] => [
      `language ${code}`,
      formats.language(code),
      { ...filter, languages: filter.languages.filter((other) => other !== code) },
    ]),
  ];
  return (
    <div className="flex min-h-9 flex-none flex-wrap items-center gap-2 border-b border-line px-6 py-1">
      <span className="text-muted" aria-live="polite">
        {t("filter.shown", { count: shown, amount: formats.number(shown) })}
      </span>
      {chips.map(([key, label, without]) => (
        <span key={key} className="inline-flex items-center rounded-sm bg-sunk pl-2">
          {label}
          <button
            type="button"
            aria-label={t("filter.remove", { name: label })}
            onClick={() => onFilter(without)}
            className="grid size-6 place-items-center text-muted hover:text-ink"
          >
            <X size={12} strokeWidth={1.75} aria-hidden />
          </button>
        </span>
      ))}
      <span className="flex-1" />
      {filter.states.includes("attention") && again.length > 0 ? (
        <Button icon={RotateCw} onClick={() => onRetry(again)}>
          {t("retryAll", { count: again.length })}
        </Button>
      ) : null}
      <Button look="quiet" onClick={() => onFilter(NO_FILTER)}>
        {t("filter.clear")}
      </Button>
    </div>
  );
}
