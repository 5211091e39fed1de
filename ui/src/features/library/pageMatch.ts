/**
 * Finds extracted text among the strings of a drawn page. Two readers of one PDF differ in spaces, hyphens, ligatures and the order of
 * columns, so only letters and digits are compared, whole first and in short stretches where the whole is not there. Pure.
 */

/** A range of UTF-16 indexes inside one string of the page. */
export interface ItemRange {
  item: number;
  start: number;
  end: number;
}

export interface Folded {
  /** Letters and digits only, lower case, ligatures taken apart. */
  text: string;
  /** For each of them the string it came from; all 0 for a single text. */
  items: number[];
  /** And its index there. */
  indexes: number[];
}

/** Length of the stretches that are looked for one by one: long enough to be rare on a page. */
const STRETCH = 18;
const STEP = 6;
/** Where less of a text is found, what was found is chance. */
const LEAST_SHARE = 0.4;

export function fold(strings: readonly string[]): Folded {
  let text = "";
  const items: number[] = [];
  const indexes: number[] = [];
  for (const [item, string] of strings.entries()) {
    let index = 0;
    for (const character of string) {
      const plain = character
        .normalize("NFKD")
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]/gu, "");
      for (let unit = 0; unit < plain.length; unit += 1) {
        items.push(item);
        indexes.push(index);
      }
      text += plain;
      index += character.length;
    }
  }
  return { text, items, indexes };
}

/** For each folded character of `wanted` its place in the page's folded text, or -1; nothing when it does not stand there. */
export function align(page: string, wanted: string, from = 0): Int32Array | undefined {
  if (wanted.length === 0) return undefined;
  const places = new Int32Array(wanted.length).fill(-1);
  const later = page.indexOf(wanted, from);
  const whole = later >= 0 ? later : page.indexOf(wanted);
  if (whole >= 0) {
    for (let at = 0; at < wanted.length; at += 1) places[at] = whole + at;
    return places;
  }
  if (wanted.length < STRETCH) return undefined;
  let expected = from;
  let found = 0;
  for (let at = 0; at + STRETCH <= wanted.length; ) {
    const stretch = wanted.slice(at, at + STRETCH);
    const next = page.indexOf(stretch, expected);
    const place = next >= 0 ? next : page.indexOf(stretch);
    if (place < 0) {
      at += STEP;
      continue;
    }
    // As far as both go on together.
    let length = STRETCH;
    while (at + length < wanted.length && page[place + length] === wanted[at + length]) length += 1;
    for (let step = 0; step < length; step += 1) {
      if (places[at + step] === -1) found += 1;
      places[at + step] = place + step;
    }
    expected = place + length;
    at += Math.max(STEP, length);
  }
  return found >= wanted.length * LEAST_SHARE ? places : undefined;
}

/** Joins folded places into ranges of the page's strings, in the order of the page. */
export function ranges(page: Folded, places: Iterable<number>): ItemRange[] {
  const sorted = [...new Set(places)].filter((place) => place >= 0).sort((left, right) => left - right);
  const joined: ItemRange[] = [];
  let former = -2;
  for (const place of sorted) {
    const item = page.items[place] ?? 0;
    const index = page.indexes[place] ?? 0;
    const last = joined.at(-1);
    // Neighbours in the folded text have only spaces and punctuation between them.
    if (last && last.item === item && place <= former + 1) last.end = Math.max(last.end, index + 1);
    else joined.push({ item, start: index, end: index + 1 });
    former = place;
  }
  return joined;
}

export interface Wanted {
  /** The text as it was extracted. */
  text: string;
  /** UTF-16 ranges in it that are to be marked. */
  marks: readonly { start: number; end: number }[];
}

export interface Placed {
  /** Where the text stands. */
  all: ItemRange[];
  /** Where its marks stand. */
  marks: ItemRange[];
  /** One past its last place in the folded page, to look for the next text from. */
  next: number;
}

export function place(page: Folded, wanted: Wanted, from = 0): Placed | undefined {
  const folded = fold([wanted.text]);
  const places = align(page.text, folded.text, from);
  if (!places) return undefined;
  const marked: number[] = [];
  for (const [at, index] of folded.indexes.entries()) {
    if (wanted.marks.some(({ start, end }) => index >= start && index < end)) marked.push(places[at] ?? -1);
  }
  return { all: ranges(page, places), marks: ranges(page, marked), next: Math.max(...places) + 1 };
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Lines that stand below each other in one column, or beside each other in one row, belong together. */
function near(one: Box, other: Box): boolean {
  const line = Math.min(one.bottom - one.top, other.bottom - other.top);
  const apart = {
    x: Math.max(one.left, other.left) - Math.min(one.right, other.right),
    y: Math.max(one.top, other.top) - Math.min(one.bottom, other.bottom),
  };
  return (apart.x < 0 && apart.y < 2.4 * line) || (apart.y < 0 && apart.x < 1.2 * line);
}

/** Joins the boxes of lines into boxes around what belongs together. */
export function outline(lines: readonly Box[]): Box[] {
  const boxes: Box[] = [];
  for (const line of lines) {
    if (line.right - line.left < 0.5 || line.bottom - line.top < 0.5) continue;
    let grown = { ...line };
    // What grows may now reach others: they are taken in until nobody is near.
    for (let at = 0; at < boxes.length; at += 1) {
      const box = boxes[at];
      if (!box || !(near(box, line) || near(box, grown))) continue;
      grown = {
        left: Math.min(grown.left, box.left),
        top: Math.min(grown.top, box.top),
        right: Math.max(grown.right, box.right),
        bottom: Math.max(grown.bottom, box.bottom),
      };
      boxes.splice(at, 1);
      at = -1;
    }
    boxes.push(grown);
  }
  return boxes;
}
