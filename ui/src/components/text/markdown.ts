/** The small Markdown that drafts are made of, read with the place of every part, so that sentences can be marked in it. */
import type { Range } from "./marks";

export type DraftBlock =
  | ({ kind: "heading"; level: 1 | 2 | 3 } & Range)
  | ({ kind: "paragraph" } & Range)
  | ({ kind: "list"; items: Range[] } & Range);

/** Blocks in order. Ranges leave out the signs that make a heading or an item. */
export function readDraft(markdown: string): DraftBlock[] {
  const blocks: DraftBlock[] = [];
  let open: (Range & { kind: "paragraph" }) | undefined;
  let list: (Range & { kind: "list"; items: Range[] }) | undefined;
  let at = 0;
  const close = () => {
    open = undefined;
    list = undefined;
  };
  for (const line of markdown.split("\n")) {
    const end = at + line.trimEnd().length;
    const heading = /^(#{1,6})\s+/.exec(line);
    const item = /^\s*(?:[-*]|\d+[.)])\s+/.exec(line);
    if (line.trim() === "") close();
    else if (heading) {
      close();
      const level = Math.min(3, heading[1]?.length ?? 1) as 1 | 2 | 3;
      blocks.push({ kind: "heading", level, start: at + heading[0].length, end });
    } else if (item) {
      open = undefined;
      if (!list) {
        list = { kind: "list", start: at, end, items: [] };
        blocks.push(list);
      }
      list.items.push({ start: at + item[0].length, end });
      list.end = end;
    } else if (open) open.end = end;
    else {
      list = undefined;
      open = { kind: "paragraph", start: at, end };
      blocks.push(open);
    }
    at += line.length + 1;
  }
  return blocks;
}

/** Ranges of `**strong**` words, without and with their signs. */
export function strongRanges(text: string): { inner: Range; outer: Range }[] {
  return [...text.matchAll(/\*\*(?=\S)([^*\n]+?)\*\*/g)].map((match) => ({
    inner: { start: match.index + 2, end: match.index + match[0].length - 2 },
    outer: { start: match.index, end: match.index + match[0].length },
  }));
}
