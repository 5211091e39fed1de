/** One page of a PDF: the picture, over it the text that can be selected, over that the passages and the marked words. */
import { memo, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { cut } from "@/components/text/marks";
import { type Box, fold, outline, place } from "./pageMatch";
import type { PagePassage } from "./pagePassages";
import { type PDFDocumentProxy, TextLayer } from "./pdfDocument";

/** More pixels than this are not drawn: a sheet of A0 at full zoom would not fit into memory. */
const MOST_PIXELS = 12_000_000;

interface Props {
  pdf: PDFDocumentProxy;
  number: number;
  /** In CSS pixels. */
  width: number;
  height: number;
  passages: readonly PagePassage[];
  /** Names what was asked for when it begins on this page; brought into view once. */
  focus: string | undefined;
  onRatio(page: number, heightByWidth: number): void;
  onFocused(found: boolean): void;
}

interface Drawn {
  divs: HTMLElement[];
  strings: string[];
}

interface Outline extends Box {
  key: string;
  on: boolean;
}

export const PdfSheet = memo(function PdfSheet(props: Props) {
  const { pdf, number, width, height, passages, focus, onRatio, onFocused } = props;
  const { t } = useTranslation("library");
  const sheet = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<Drawn>();
  const [outlines, setOutlines] = useState<Outline[]>([]);
  const focused = useRef<string>(undefined);

  useEffect(() => {
    let gone = false;
    const stops: (() => void)[] = [];
    const draw = async () => {
      const page = await pdf.getPage(number);
      const [surface, text] = [canvas.current, layer.current];
      if (gone || !surface || !text) return;
      const plain = page.getViewport({ scale: 1 });
      onRatio(number, plain.height / plain.width);
      const viewport = page.getViewport({ scale: width / plain.width });
      const ratio = Math.min(
        window.devicePixelRatio || 1,
        2,
        Math.sqrt(MOST_PIXELS / Math.max(1, viewport.width * viewport.height)),
      );
      surface.width = Math.floor(viewport.width * ratio);
      surface.height = Math.floor(viewport.height * ratio);
      const picture = page.render({ canvas: surface, viewport, transform: [ratio, 0, 0, ratio, 0, 0] });
      stops.push(() => picture.cancel());
      text.replaceChildren();
      text.style.setProperty("--total-scale-factor", String(viewport.scale));
      const words = new TextLayer({ textContentSource: page.streamTextContent(), container: text, viewport });
      stops.push(() => words.cancel());
      const [, failed] = await Promise.allSettled([picture.promise, words.render()]);
      if (gone || failed.status === "rejected") return;
      setDrawn({ divs: words.textDivs, strings: words.textContentItemsStr });
    };
    // A page that cannot be drawn stays a blank sheet; the text as it was read is one click away.
    void draw().catch(() => {});
    return () => {
      gone = true;
      for (const stop of stops) stop();
      setDrawn(undefined);
    };
  }, [pdf, number, width, onRatio]);

  useLayoutEffect(() => {
    if (!drawn || !sheet.current) {
      setOutlines([]);
      return;
    }
    const page = fold(drawn.strings);
    const frame = sheet.current.getBoundingClientRect();
    const marks = new Map<number, { start: number; end: number }[]>();
    const found: Outline[] = [];
    let from = 0;
    for (const passage of passages) {
      const placed = place(page, passage, from);
      if (!placed) continue;
      from = placed.next;
      const lines = [...new Set(placed.all.map(({ item }) => item))].map((item) => {
        const box = drawn.divs[item]?.getBoundingClientRect();
        return {
          left: (box?.left ?? 0) - frame.left,
          top: (box?.top ?? 0) - frame.top,
          right: (box?.right ?? 0) - frame.left,
          bottom: (box?.bottom ?? 0) - frame.top,
        };
      });
      for (const [at, box] of outline(lines).entries())
        found.push({ ...box, key: `${passage.id} ${at}`, on: passage.on });
      for (const { item, start, end } of placed.marks) marks.set(item, [...(marks.get(item) ?? []), { start, end }]);
    }
    for (const [item, div] of drawn.divs.entries()) {
      const wanted = marks.get(item);
      const text = drawn.strings[item] ?? "";
      if (!wanted) {
        if (div.querySelector("mark")) div.textContent = text;
        continue;
      }
      div.replaceChildren(
        ...cut(text, wanted).map((piece) => {
          if (piece.marks.length === 0) return piece.text;
          const mark = document.createElement("mark");
          mark.textContent = piece.text;
          return mark;
        }),
      );
    }
    setOutlines(found);
  }, [drawn, passages]);

  useEffect(() => {
    if (!drawn || focus === undefined || focused.current === focus) return;
    focused.current = focus;
    const target = sheet.current?.querySelector(".pdf-passage-on, mark");
    target?.scrollIntoView({ block: "center", inline: "nearest" });
    onFocused(target !== null && target !== undefined);
  }, [drawn, focus, onFocused]);

  return (
    <div
      ref={sheet}
      role="group"
      aria-label={t("preview.pageBreak", { page: number })}
      data-page={number}
      className="pdf-sheet"
      style={{ width, height }}
    >
      <canvas ref={canvas} aria-hidden className="absolute inset-0 size-full" />
      {outlines.map(({ key, on, left, top, right, bottom }) => (
        <div
          key={key}
          aria-hidden
          className={on ? "pdf-passage pdf-passage-on" : "pdf-passage"}
          style={{ left: left - 6, top: top - 5, width: right - left + 12, height: bottom - top + 10 }}
        />
      ))}
      <div ref={layer} className="pdf-text" />
    </div>
  );
});
