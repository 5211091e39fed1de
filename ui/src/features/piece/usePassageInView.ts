import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { Range } from "@/components/text/marks";

const READING_LINE_PX = 150;

/** The paragraph the reader is at: the first whose end lies below the reading line. */
export function usePassageInView(
  scroller: RefObject<HTMLElement | null>,
  contents: unknown,
): [Range | undefined, () => void] {
  const [range, setRange] = useState<Range>();
  const frame = useRef(0);

  const look = useCallback(() => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => {
      const element = scroller.current;
      if (!element) return;
      const line = element.getBoundingClientRect().top + READING_LINE_PX;
      const stretches = [...element.querySelectorAll<HTMLElement>("[data-start]")];
      const here = stretches.find((each) => each.getBoundingClientRect().bottom > line) ?? stretches.at(-1);
      if (!here) return;
      const [start, end] = [Number(here.dataset.start), Number(here.dataset.end)];
      setRange((known) => (known?.start === start && known.end === end ? known : { start, end }));
    });
  }, [scroller]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: other contents have other paragraphs
  useEffect(() => {
    look();
    return () => cancelAnimationFrame(frame.current);
  }, [look, contents]);

  return [range, look];
}
