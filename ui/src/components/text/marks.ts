/** Cuts a text into pieces at the borders of ranges, so that each piece can be drawn with everything that lies on it. */

export interface Range {
  /** First UTF-16 index. */
  start: number;
  /** One past the last. */
  end: number;
}

export interface Piece<M extends Range> {
  start: number;
  text: string;
  /** Every mark that covers the piece, in the order given. */
  marks: M[];
}

/** Pieces of `text` in order; they join to the whole text. Marks are clipped to it, empty ones are dropped. */
export function cut<M extends Range>(text: string, marks: readonly M[]): Piece<M>[] {
  const clipped = marks
    .map((mark) => ({ mark, start: Math.max(0, mark.start), end: Math.min(text.length, mark.end) }))
    .filter(({ start, end }) => start < end);
  const borders = [...new Set([0, text.length, ...clipped.flatMap(({ start, end }) => [start, end])])].sort(
    (left, right) => left - right,
  );
  const pieces: Piece<M>[] = [];
  for (let at = 0; at + 1 < borders.length; at += 1) {
    const [start, end] = [borders[at] ?? 0, borders[at + 1] ?? 0];
    pieces.push({
      start,
      text: text.slice(start, end),
      marks: clipped.filter((range) => range.start <= start && range.end >= end).map(({ mark }) => mark),
    });
  }
  return pieces;
}

const escaped = (term: string) => term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Where the terms stand in the text: at the beginning of a word, in any case, the longest first. */
export function findTerms(text: string, terms: readonly string[]): Range[] {
  const wanted = [...new Set(terms.map((term) => term.trim()).filter(Boolean))].sort((a, b) => b.length - a.length);
  if (wanted.length === 0) return [];
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${wanted.map(escaped).join("|")})`, "giu");
  return [...text.matchAll(pattern)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
}
