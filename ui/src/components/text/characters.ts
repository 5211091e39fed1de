/**
 * Offsets from the application count Unicode scalar values; a JavaScript string counts UTF-16 units. This converts between them.
 */
export interface CharacterMap {
  /** UTF-16 index of a character offset; past the end gives the length. */
  toIndex(offset: number): number;
  /** Character offset of a UTF-16 index. */
  toOffset(index: number): number;
}

const identity = (length: number): CharacterMap => ({
  toIndex: (offset) => Math.min(Math.max(0, offset), length),
  toOffset: (index) => Math.min(Math.max(0, index), length),
});

/** How many of the sorted numbers are below the limit. */
function countBelow(sorted: readonly number[], limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function characterMap(text: string): CharacterMap {
  // Character offsets of the characters that take two units: nearly always none.
  const wide: number[] = [];
  for (const match of text.matchAll(/[\u{10000}-\u{10FFFF}]/gu)) wide.push(match.index - wide.length);
  if (wide.length === 0) return identity(text.length);
  const wideIndexes = wide.map((offset, before) => offset + before);
  const plain = identity(text.length);
  return {
    toIndex: (offset) => plain.toIndex(offset + countBelow(wide, offset)),
    toOffset: (index) => plain.toOffset(index - countBelow(wideIndexes, index)),
  };
}
