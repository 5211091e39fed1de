/** The brief while it is being written: kept outside the screen, one a brand, so that leaving the form loses nothing. */
import { create } from "zustand";
import type { ActivityParams, BriefRequest, ContentType, Language, Network } from "@/generated/rpc";

export const BRIEF_LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pt"] as const satisfies readonly Language[];
export const WORDS = { least: 150, most: 5_000, usual: 800 } as const;
export const FIELD_CHARACTERS = 300;

export interface BriefDraft {
  topic: string;
  keywords: string;
  audience: string;
  tone: string;
  words: number;
  contentTypes: ContentType[];
  networks: Network[];
  language: Language;
  facts: string;
  excluded: string[];
  model: string | null;
  anew: boolean;
}

export function emptyBrief(language: Language): BriefDraft {
  return {
    topic: "",
    keywords: "",
    audience: "",
    tone: "",
    words: WORDS.usual,
    contentTypes: ["blog"],
    networks: ["linkedin"],
    language,
    facts: "",
    excluded: [],
    model: null,
    anew: false,
  };
}

export const useBriefs = create<{ drafts: Record<string, BriefDraft> }>(() => ({ drafts: {} }));

const entries = (text: string, separator: RegExp) =>
  text
    .split(separator)
    .map((entry) => entry.trim())
    .filter(Boolean);

export function briefRequest(draft: BriefDraft): BriefRequest {
  return {
    topic: draft.topic.trim(),
    keywords: entries(draft.keywords, /[,\n]/),
    audience: draft.audience.trim(),
    tone: draft.tone.trim(),
    words: draft.words,
    content_types: draft.contentTypes,
    networks: draft.contentTypes.includes("social") ? draft.networks : [],
    language: draft.language,
    facts: entries(draft.facts, /\n/),
    include_documents: [],
    exclude_documents: draft.excluded,
  };
}

export function activityParams(brand: string, draft: BriefDraft): ActivityParams {
  return { brand, brief: briefRequest(draft), model: draft.model, use_cache: !draft.anew };
}

export type BriefProblem = "topic" | "types" | "networks" | "words";

/** What keeps the brief from being run, in the order of the form. */
export function briefProblems(draft: BriefDraft): BriefProblem[] {
  const problems: BriefProblem[] = [];
  if (draft.topic.trim() === "") problems.push("topic");
  if (draft.contentTypes.length === 0) problems.push("types");
  if (draft.contentTypes.includes("social") && draft.networks.length === 0) problems.push("networks");
  if (!Number.isInteger(draft.words) || draft.words < WORDS.least || draft.words > WORDS.most) problems.push("words");
  return problems;
}

/** The list with the item in it or out of it, in the order of `all`. */
export function toggled<T>(all: readonly T[], chosen: readonly T[], item: T): T[] {
  const next = chosen.includes(item) ? chosen.filter((known) => known !== item) : [...chosen, item];
  return all.filter((known) => next.includes(known));
}
