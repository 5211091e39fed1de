/** Where everything lies in a piece's text: sentences with their support, chips of citations, bold words. Pure. */
import { characterMap } from "@/components/text/characters";
import { strongRanges } from "@/components/text/markdown";
import type { Range } from "@/components/text/marks";
import type { CitationView, PieceDetailView, SentenceView } from "@/generated/rpc";

export interface PlacedSentence extends Range {
  index: number;
  support: SentenceView["support"];
  text: string;
  /** Citations whose chips stand after it. */
  citations: CitationView[];
}

export type Mark =
  | (Range & { kind: "sentence"; sentence: PlacedSentence })
  | (Range & { kind: "strong" })
  | (Range & { kind: "sign" });

export interface PieceText {
  text: string;
  sentences: PlacedSentence[];
  marks: Mark[];
}

/** Gives each citation to its sentence: by the words, and where the same words stand twice, by the span of the source. */
function citationsOf(sentence: SentenceView, citations: readonly CitationView[]): CitationView[] {
  const { support } = sentence;
  if (support.label !== "fact") return [];
  const { document, start, end } = support.citation;
  const sameSpan = citations.filter(
    (citation) => citation.document === document && citation.start === start && citation.end === end,
  );
  const sameWords = sameSpan.filter((citation) => citation.sentence === sentence.text);
  return (sameWords.length > 0 ? sameWords : sameSpan).slice(0, 1);
}

export function placeText(detail: Pick<PieceDetailView, "text" | "sentences" | "citations">): PieceText {
  const { text } = detail;
  const characters = characterMap(text);
  const sentences = detail.sentences.map((sentence, index) => ({
    index,
    support: sentence.support,
    text: sentence.text,
    start: characters.toIndex(sentence.start),
    end: characters.toIndex(sentence.end),
    citations: citationsOf(sentence, detail.citations),
  }));
  const marks: Mark[] = sentences.map((sentence) => ({
    kind: "sentence",
    start: sentence.start,
    end: sentence.end,
    sentence,
  }));
  for (const { inner, outer } of strongRanges(text)) {
    marks.push({ kind: "sign", start: outer.start, end: inner.start });
    marks.push({ kind: "strong", ...inner });
    marks.push({ kind: "sign", start: inner.end, end: outer.end });
  }
  return { text, sentences, marks };
}

/** Sentences that lie in the range, wholly or in part. */
export function sentencesIn(sentences: readonly PlacedSentence[], range: Range): PlacedSentence[] {
  return sentences.filter(({ start, end }) => start < range.end && end > range.start);
}
