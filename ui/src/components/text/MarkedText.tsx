import { useMemo } from "react";
import { cut, findTerms } from "./marks";

/** A text with the words that were looked for marked. */
export function MarkedText({ text, terms }: { text: string; terms: readonly string[] }) {
  const pieces = useMemo(() => cut(text, findTerms(text, terms)), [text, terms]);
  return pieces.map((piece) =>
    piece.marks.length > 0 ? <mark key={piece.start}>{piece.text}</mark> : <span key={piece.start}>{piece.text}</span>,
  );
}
