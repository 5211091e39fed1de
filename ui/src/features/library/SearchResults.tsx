import { SearchX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { classes } from "@/components/classes";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { Skeleton } from "@/components/Skeleton";
import { Status } from "@/components/Status";
import { MarkedText } from "@/components/text/MarkedText";
import type { HitView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { useCommand } from "@/rpc/query";

const MOST_HITS = 40;

/** The ways a passage was found, as the application says them. */
const WHY = { "meaning and words": "both", meaning: "meaning", words: "words" } as const;
/** Nearest in meaning is always something: what shares neither a word nor a hundredth of the meaning is no answer. */
const isAnswer = ({ matched_terms, relevance }: HitView) => matched_terms.length > 0 || relevance >= 0.01;

/** The text without the heading it begins with, which stands above it already. */
function bodyOf({ text, heading_path }: HitView): string {
  const heading = heading_path.at(-1);
  return heading && text.startsWith(heading) ? text.slice(heading.length).trimStart() || text : text;
}

const isWhy = (why: string): why is keyof typeof WHY => why in WHY;

interface Props {
  brand: string;
  query: string;
  selected: { document: string | undefined; start: number | undefined };
  onOpen(hit: HitView): void;
}

export function SearchResults({ brand, query, selected, onOpen }: Props) {
  const { t } = useTranslation("library");
  const formats = useFormats();
  const { data, error, refetch } = useCommand(
    "library_search",
    { brand, query, limit: MOST_HITS },
    { keepFormer: true },
  );
  if (error) {
    return (
      <div className="p-6">
        <ErrorNote error={error} onRetry={() => void refetch()} />
      </div>
    );
  }
  if (!data) return <Skeleton />;
  const hits = data.hits.filter(isAnswer);
  return (
    <div data-pane tabIndex={-1} className="min-h-0 flex-1 overflow-auto outline-none">
      <p aria-live="polite" className="px-6 py-2 text-small text-muted">
        {t("search.found", { count: hits.length, query: data.query })}
      </p>
      {data.note ? (
        <p className="px-6 pb-2">
          <Status tone="attention">{data.note}</Status>
        </p>
      ) : null}
      {hits.length === 0 ? (
        <EmptyState icon={SearchX} title={t("search.none.title")} text={t("search.none.text")} />
      ) : (
        <ol>
          {hits.map((hit) => {
            const on = hit.document === selected.document && hit.start === selected.start;
            return (
              <li key={hit.passage} className="border-b border-line/60">
                <button
                  type="button"
                  aria-current={on}
                  onClick={() => onOpen(hit)}
                  className={classes(
                    "block w-full px-6 py-3 text-left -outline-offset-2",
                    on ? "bg-accent-soft" : "hover:bg-sunk",
                  )}
                >
                  <span className="flex max-w-[760px] gap-3">
                    <span className="truncate font-medium">{hit.document_name}</span>
                    <span className="shrink-0 text-muted">{t("page", { page: hit.page })}</span>
                    <span className="ml-auto shrink-0 text-small text-muted tabular-nums">
                      {formats.percent(hit.relevance)}
                    </span>
                  </span>
                  {hit.heading_path.length > 0 ? (
                    <span className="block truncate text-small text-muted">
                      <MarkedText text={hit.heading_path.join(" › ")} terms={hit.matched_terms} />
                    </span>
                  ) : null}
                  <span className="mt-1 line-clamp-3 max-w-[760px] font-serif text-[14.5px] leading-[22px]">
                    <MarkedText text={bodyOf(hit)} terms={hit.matched_terms} />
                  </span>
                  <span className="mt-1 block text-small text-muted">
                    {isWhy(hit.why) ? t(`search.why.${WHY[hit.why]}`) : hit.why}
                  </span>
                </button>
              </li>
            );
          })}
        </ol>
      )}
    </div>
  );
}
