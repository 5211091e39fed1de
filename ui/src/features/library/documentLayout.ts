/** Arranges a document as it was read: pages, in them passages, in them blocks. Pure, so that long documents can be drawn in parts. */
import { type CharacterMap, characterMap } from "@/components/text/characters";
import type { Block, DocumentDetailView } from "@/generated/rpc";

export interface LaidBlock {
  kind: Block["kind"];
  /** UTF-16 range in the text. */
  start: number;
  end: number;
}

export type LayoutItem =
  | { type: "page"; number: number; key: string }
  | { type: "blocks"; passage: string | undefined; blocks: LaidBlock[]; start: number; end: number; key: string };

export interface Layout {
  items: LayoutItem[];
  characters: CharacterMap;
}

/** Blocks longer than this are cut at line ends, so that one of them never fills the whole window with one element. */
const LONG_BLOCK = 4_000;

function plainBlocks(text: string, start: number, end: number): LaidBlock[] {
  const blocks: LaidBlock[] = [];
  for (const match of text.slice(start, end).matchAll(/[^\n]+(?:\n(?!\n)[^\n]+)*/g)) {
    blocks.push({ kind: "paragraph", start: start + match.index, end: start + match.index + match[0].length });
  }
  return blocks;
}

function split(text: string, block: LaidBlock): LaidBlock[] {
  const parts: LaidBlock[] = [];
  let start = block.start;
  while (block.end - start > LONG_BLOCK) {
    const line = text.lastIndexOf("\n", start + LONG_BLOCK);
    const end = line > start ? line + 1 : start + LONG_BLOCK;
    parts.push({ ...block, start, end });
    start = end;
  }
  return [...parts, { ...block, start }];
}

export function layOut(detail: Pick<DocumentDetailView, "text" | "pages" | "blocks" | "passages">): Layout {
  const { text } = detail;
  const characters = characterMap(text);
  const pages = detail.pages.map(({ number, start, end }) => ({
    number,
    start: characters.toIndex(start),
    end: characters.toIndex(end),
  }));
  if (pages.length === 0) pages.push({ number: 1, start: 0, end: text.length });
  const passages = detail.passages
    .map(({ id, start, end }) => ({ id, start: characters.toIndex(start), end: characters.toIndex(end) }))
    .sort((left, right) => left.start - right.start);
  const known: LaidBlock[] = detail.blocks
    .map(({ kind, start, end }) => ({ kind, start: characters.toIndex(start), end: characters.toIndex(end) }))
    .filter(({ start, end }) => start < end)
    .sort((left, right) => left.start - right.start);
  const blocks = (known.length > 0 ? known : pages.flatMap(({ start, end }) => plainBlocks(text, start, end))).flatMap(
    (block) => split(text, block),
  );

  const items: LayoutItem[] = [];
  let page = -1;
  let passage = 0;
  for (const block of blocks) {
    while (page + 1 < pages.length && (page < 0 || block.start >= (pages[page + 1]?.start ?? 0))) {
      page += 1;
      items.push({ type: "page", number: pages[page]?.number ?? page + 1, key: `page-${page}` });
    }
    // The first passage that has not ended before this block; neighbours may overlap.
    while (passage < passages.length && (passages[passage]?.end ?? 0) <= block.start) passage += 1;
    const holder = passages[passage];
    const id = holder && holder.start <= block.start ? holder.id : undefined;
    const last = items.at(-1);
    if (last?.type === "blocks" && last.passage === id && last.blocks.length < 24) {
      last.blocks.push(block);
      last.end = block.end;
    } else {
      items.push({
        type: "blocks",
        passage: id,
        blocks: [block],
        start: block.start,
        end: block.end,
        key: `at-${block.start}`,
      });
    }
  }
  while (page + 1 < pages.length) {
    page += 1;
    items.push({ type: "page", number: pages[page]?.number ?? page + 1, key: `page-${page}` });
  }
  return { items, characters };
}

/** Number of the page an item stands on. */
export function pageOf(items: readonly LayoutItem[], index: number): number {
  for (let at = Math.min(index, items.length - 1); at >= 0; at -= 1) {
    const item = items[at];
    if (item?.type === "page") return item.number;
  }
  return 1;
}
