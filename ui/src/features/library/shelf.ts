/** What of the library is shown and in which order, and what is selected. Pure. */
import type { DocumentFormat, DocumentState, DocumentView } from "@/generated/rpc";
import { needsUser } from "./documentWords";

export type SortKey = "name" | "size" | "passages" | "state" | "added";

export interface Sort {
  key: SortKey;
  descending: boolean;
}

export type StateGroup = "ready" | "attention" | "working";

export interface Filter {
  states: readonly StateGroup[];
  tags: readonly string[];
  languages: readonly string[];
}

export const NO_FILTER: Filter = { states: [], tags: [], languages: [] };

/** What a page of a format is called. */
export const UNITS = {
  pdf: "pages",
  docx: "pages",
  html: "pages",
  markdown: "pages",
  text: "pages",
  pptx: "slides",
  xlsx: "sheets",
  ods: "sheets",
  csv: "sheets",
  eml: "messages",
} as const satisfies Record<DocumentFormat, string>;

export function groupOf(document: Pick<DocumentView, "state">): StateGroup {
  if (needsUser(document)) return "attention";
  return document.state === "ready" ? "ready" : "working";
}

export const isFiltered = (filter: Filter) =>
  filter.states.length > 0 || filter.tags.length > 0 || filter.languages.length > 0;

/** Any of the chosen states, any of the languages, all of the tags. */
export function passes(document: DocumentView, filter: Filter): boolean {
  return (
    (filter.states.length === 0 || filter.states.includes(groupOf(document))) &&
    (filter.languages.length === 0 || filter.languages.includes(document.language ?? "")) &&
    filter.tags.every((tag) => document.tags?.includes(tag))
  );
}

const STATES: readonly DocumentState[] = [
  "failed",
  "rejected",
  "partial",
  "reading",
  "chunking",
  "embedding",
  "queued",
  "ready",
];

export function shelved(
  documents: readonly DocumentView[],
  filter: Filter,
  sort: Sort,
  compareNames: (left: string, right: string) => number,
): DocumentView[] {
  const shown = isFiltered(filter) ? documents.filter((document) => passes(document, filter)) : [...documents];
  const by: Record<SortKey, (left: DocumentView, right: DocumentView) => number> = {
    name: (left, right) => compareNames(left.name, right.name),
    size: (left, right) => left.pages - right.pages,
    passages: (left, right) => left.passages - right.passages,
    state: (left, right) => STATES.indexOf(left.state) - STATES.indexOf(right.state),
    added: (left, right) => (left.added_at < right.added_at ? -1 : left.added_at > right.added_at ? 1 : 0),
  };
  const direction = sort.descending ? -1 : 1;
  return shown.sort(
    (left, right) =>
      direction * by[sort.key](left, right) || compareNames(left.name, right.name) || (left.id < right.id ? -1 : 1),
  );
}

/** Everything from one document to another, in the order shown. */
export function between(documents: readonly DocumentView[], from: string | undefined, to: string): string[] {
  const end = documents.findIndex(({ id }) => id === to);
  const begin = documents.findIndex(({ id }) => id === from);
  if (end < 0) return [];
  const start = begin < 0 ? end : begin;
  return documents.slice(Math.min(start, end), Math.max(start, end) + 1).map(({ id }) => id);
}

export function toggled(chosen: readonly string[], value: string): string[] {
  return chosen.includes(value) ? chosen.filter((other) => other !== value) : [...chosen, value];
}
