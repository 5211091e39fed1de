import { Tooltip } from "@base-ui/react/tooltip";
import { Fragment, memo } from "react";
import { useTranslation } from "react-i18next";
import { classes } from "@/components/classes";
import { cut, type Range } from "@/components/text/marks";
import type { CitationView } from "@/generated/rpc";
import type { PieceText, PlacedSentence } from "./pieceText";

export interface MarkedRangeProps {
  piece: PieceText;
  range: Range;
  /** Index of the sentence that is selected. */
  selected: number | undefined;
  onSentence(index: number): void;
  onCitation(citation: CitationView, sentence: number): void;
  opened: CitationView | undefined;
}

function Chip({ citation, current, onOpen }: { citation: CitationView; current: boolean; onOpen(): void }) {
  const { t } = useTranslation("piece");
  return (
    <Tooltip.Root>
      <Tooltip.Trigger
        type="button"
        className={citation.erased ? "cite cite-erased" : "cite"}
        aria-current={current}
        aria-label={t(citation.erased ? "chipErased" : "chip", {
          number: citation.number,
          document: citation.document_name,
          page: citation.page,
        })}
        onClick={(event) => {
          event.stopPropagation();
          onOpen();
        }}
      >
        {citation.number}
      </Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6} className="z-50">
          <Tooltip.Popup className="appear max-w-sm rounded border border-line bg-raised px-3 py-2">
            <span className="block text-small text-muted">
              {citation.document_name} · {citation.erased ? t("sources.erased") : t("page", { page: citation.page })}
            </span>
            <span className="line-clamp-5 font-serif text-[14px] leading-[21px]">{citation.quote}</span>
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

function look(sentence: PlacedSentence | undefined, selected: number | undefined): string | undefined {
  if (!sentence) return undefined;
  return (
    classes(
      sentence.index === selected && "sentence-selected",
      sentence.support.label === "unsupported" && "sentence-unsupported",
      sentence.support.label === "user" && "sentence-user",
    ) || undefined
  );
}

/** Where the last word begins: a chip stays on the line of the word it stands behind. */
const lastWord = (text: string) => text.trimEnd().search(/\S+$/);

/** A stretch of a piece's text: its sentences marked by who stands behind them, its chips in place. */
export const MarkedRange = memo(function MarkedRange({
  piece,
  range,
  selected,
  onSentence,
  onCitation,
  opened,
}: MarkedRangeProps) {
  const marks = piece.marks
    .filter((mark) => mark.start < range.end && mark.end > range.start)
    .map((mark) => ({ ...mark, start: mark.start - range.start, end: mark.end - range.start }));
  return cut(piece.text.slice(range.start, range.end), marks).map((part) => {
    if (part.marks.some(({ kind }) => kind === "sign")) return null;
    const found = part.marks.find((mark) => mark.kind === "sentence");
    const sentence = found?.kind === "sentence" ? found.sentence : undefined;
    const strong = part.marks.some(({ kind }) => kind === "strong");
    const words = (text: string) => {
      if (text === "") return null;
      const shown = strong ? <strong>{text}</strong> : text;
      if (!sentence) return shown;
      return (
        // biome-ignore lint/a11y/noStaticElementInteractions: a click is a short cut; the same sentences are reached by keys from the margin
        // biome-ignore lint/a11y/useKeyWithClickEvents: as above
        <span
          data-sentence={sentence.index}
          className={look(sentence, selected)}
          onClick={() => onSentence(sentence.index)}
        >
          {shown}
        </span>
      );
    };
    const ends = sentence && range.start + part.start + part.text.length >= Math.min(sentence.end, range.end);
    if (!ends || sentence.citations.length === 0) return <Fragment key={part.start}>{words(part.text)}</Fragment>;
    const at = Math.max(0, lastWord(part.text));
    return (
      <Fragment key={part.start}>
        {words(part.text.slice(0, at))}
        <span className="whitespace-nowrap">
          {words(part.text.slice(at).trimEnd())}
          {sentence.citations.map((citation) => (
            <Chip
              key={citation.number}
              citation={citation}
              current={opened?.number === citation.number}
              onOpen={() => onCitation(citation, sentence.index)}
            />
          ))}
        </span>
      </Fragment>
    );
  });
});
