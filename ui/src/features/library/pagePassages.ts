/** Which passages stand on a page, and what of them is asked for. Pure; offsets in, UTF-16 ranges out. */
import type { CharacterMap } from "@/components/text/characters";
import { findTerms } from "@/components/text/marks";
import type { DocumentDetailView } from "@/generated/rpc";

export interface Span {
  /** First character, in Unicode scalar values. */
  start: number;
  /** One past the last. */
  end: number;
}

export interface PagePassage {
  id: string;
  /** The part of it that stands on the page. */
  text: string;
  /** True for what was asked for. */
  on: boolean;
  /** What is marked in it, relative to `text`. */
  marks: { start: number; end: number }[];
}

const meets = (left: Span, right: Span) => left.start < right.end && left.end > right.start;

/** What is marked: the places of a search, else its words wherever they stand, else all of `span` as a quote. */
export function passagesOnPage(
  detail: Pick<DocumentDetailView, "text" | "pages" | "passages">,
  characters: CharacterMap,
  page: number,
  span: Span | undefined,
  marks: readonly Span[],
  terms: readonly string[],
): PagePassage[] {
  const sheet = detail.pages.find(({ number }) => number === page);
  if (!sheet) return [];
  const part = (id: string, place: Span): PagePassage | undefined => {
    const shown = { start: Math.max(place.start, sheet.start), end: Math.min(place.end, sheet.end) };
    const from = characters.toIndex(shown.start);
    const text = detail.text.slice(from, characters.toIndex(shown.end));
    if (text.trim() === "") return undefined;
    const on = span !== undefined && meets(place, span);
    if (marks.length === 0 && terms.length > 0) return { id, text, on, marks: findTerms(text, terms) };
    const wanted = marks.length > 0 ? marks : on && span ? [span] : [];
    return {
      id,
      text,
      on,
      marks: wanted
        .filter((mark) => meets(mark, shown))
        .map(({ start, end }) => ({
          start: Math.max(0, characters.toIndex(start) - from),
          end: characters.toIndex(end) - from,
        })),
    };
  };
  const found = detail.passages
    .filter((passage) => meets(passage, sheet))
    .sort((left, right) => left.start - right.start)
    .map((passage) => part(passage.id, passage));
  // A quote outside of every passage still has its place.
  if (span && meets(span, sheet) && !detail.passages.some((passage) => meets(passage, span))) {
    found.push(part("span", span));
  }
  return found.filter((passage) => passage !== undefined);
}

/** The page on which a character stands. */
export function pageAt(pages: DocumentDetailView["pages"], character: number): number {
  return pages.find(({ start, end }) => character >= start && character < end)?.number ?? pages[0]?.number ?? 1;
}
