/** What the application says as kinds has words in every language, and the values that stand in them are there. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import i18next, { type TFunction } from "i18next";
import { describe, expect, it } from "vitest";
import type { CommandError, Measured, StepNoteView } from "@/generated/rpc";
import { createFormats } from "./format";
import { LANGUAGES } from "./index";
import { de } from "./locales/de";
import { en } from "./locales/en";
import { createSaid } from "./useSaid";

const locales = { en, de };
const types = readFileSync(join(process.cwd(), "src/generated/rpc.ts"), "utf8").replaceAll(/\/\*\*[\s\S]*?\*\//g, "");

function declaration(name: string): string {
  const found = new RegExp(`export type ${name} = ([\\s\\S]*?);\\n`).exec(types)?.[1];
  if (!found) throw new Error(`${name} is not in the command list`);
  return found;
}

/** Words of a union of plain strings. */
const wordsOf = (name: string) => [...declaration(name).matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? "");

/** Kinds of a union that is told apart by `kind`, each with the names of its values. */
function kindsOf(name: string): [string, string[]][] {
  return declaration(name)
    .split(/\{ "kind":/)
    .slice(1)
    .map((part) => {
      const kind = /"([^"]+)"/.exec(part)?.[1] ?? "";
      const names = [...part.matchAll(/(?:^|[,{]\s*)"?(\w+)"?\??:/g)].map((match) => match[1] ?? "");
      return [kind, names];
    });
}

/** Groups of `said.json` and the unions they tell. */
const GROUPS = {
  error: "ErrorReason",
  measured: "Measured",
  draft: "DraftReason",
  probe: "ProbeReason",
  doctor: "DoctorFindingView",
  erasure: "ErasureNoteView",
  folder: "FolderNoteView",
  library: "LibraryNoteView",
  model: "ModelNoteView",
  estimate: "EstimateNoteView",
  step: "StepNoteView",
} as const;

/** Unions of plain words that have a group of their own somewhere else. */
const WORDS: [string, (words: (typeof locales)["en"]) => object][] = [
  ["ErrorCode", (words) => words.errors.title],
  ["ErrorCode", (words) => words.errors.text],
  ["ProblemKind", (words) => words.library.problem],
  ["ProblemKind", (words) => words.library.problemText],
  ["NearnessView", (words) => words.library.search.why],
  ["DocumentState", (words) => words.library.state],
  ["CheckId", (words) => words.piece.check],
  ["SectionOrigin", (words) => words.piece.origins],
  ["RunState", (words) => words.run.state],
  ["StepState", (words) => words.run.step.state],
  ["WayOfWorking", (words) => words.frame.way],
  ["VoiceKind", (words) => words.kit.voice.measure],
  ["Noun", (words) => words.said.error.missing],
  ["Noun", (words) => words.said.error.exists],
  ["Field", (words) => words.said.error.field_too_long],
  ["Field", (words) => words.said.error.too_many_in_field],
];

const places = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? "");
const texts = (words: unknown): string[] =>
  typeof words === "object" && words !== null ? Object.values(words).flatMap(texts) : [String(words)];

describe.each(LANGUAGES)("what the application says, in %s", (language) => {
  const words = locales[language] as (typeof locales)["en"];

  it.each(Object.entries(GROUPS))("has words for every kind of %s", (group, union) => {
    const known: Record<string, unknown> = words.said[group as keyof typeof GROUPS];
    const kinds = kindsOf(union);
    expect(kinds.length, "the union was read").toBeGreaterThan(1);
    const missing = kinds.filter(([kind]) => !(kind in known) && !(`${kind}_one` in known && `${kind}_other` in known));
    expect(missing.map(([kind]) => kind)).toEqual([]);
    const spare = Object.keys(known).filter(
      (key) => !kinds.some(([kind]) => key.replace(/_(one|other)$/, "") === kind || key === kind),
    );
    expect(spare, "words that nobody says").toEqual([]);
  });

  it.each(Object.entries(GROUPS))("puts only values into the words of %s that it is given", (group, union) => {
    const known: Record<string, unknown> = words.said[group as keyof typeof GROUPS];
    // Made by the window from the values: a number as it is written, and what a list is told as.
    const made = ["amount", "terms", "score"];
    const wrong = kindsOf(union).flatMap(([kind, names]) =>
      [known[kind], known[`${kind}_one`], known[`${kind}_other`]]
        .filter((content) => content !== undefined)
        .flatMap(texts)
        .flatMap(places)
        .filter((place) => !names.includes(place) && !made.includes(place))
        .map((place) => `${kind}: ${place}`),
    );
    expect(wrong).toEqual([]);
  });

  it.each(WORDS)("has a word for every %s", (union, group) => {
    const known = group(words);
    const found = wordsOf(union);
    expect(found.length, "the union was read").toBeGreaterThan(1);
    expect(found.filter((word) => !(word in known))).toEqual([]);
  });
});

describe("telling", () => {
  const said = (language: "en" | "de") => {
    const t = i18next.getFixedT(language, "said");
    const formats = createFormats(language, (key) => key);
    return createSaid(
      t as unknown as TFunction,
      (key) => i18next.exists(key, { ns: "said", lng: language }),
      formats,
      language === "en",
    );
  };
  const error = (part: Partial<CommandError>): CommandError => ({
    code: "invalid_input",
    message: "An English sentence",
    detail: null,
    ...part,
  });
  const measured = (measured_said: Measured) => ({ measured: "English", measured_said });
  const step = (note_said: StepNoteView) => ({ note: "English", note_said });

  it("names the noun that is missing in the reader's language", () => {
    const missing = error({ reason: { kind: "missing", noun: "brand", name: "Nordlys" } });
    expect(said("de").error(missing)).toBe("Die Marke „Nordlys“ gibt es nicht");
    expect(said("en").error(missing)).toBe("There is no brand “Nordlys”");
  });

  it("never shows an English sentence in German, whatever the application says", () => {
    expect(said("de").error(error({}))).toBe(de.errors.text.invalid_input);
    expect(said("en").error(error({})), "in English the application's own sentence says most").toBe(
      "An English sentence",
    );
    const newer = { kind: "from_the_future" } as unknown as CommandError["reason"];
    expect(said("de").error(error({ ...(newer ? { reason: newer } : {}) }))).toBe(de.errors.text.invalid_input);
  });

  it.each<[Measured, string]>([
    [{ kind: "words_of", found: 1_640, count: 2_000 }, "1.640 von 2.000 Wörtern"],
    [{ kind: "density", percent_exact: 2.14, count: 7 }, "2,1 %, 7-mal"],
    [{ kind: "terms", found: [{ not: "voyage", say: "crossing" }] }, "„voyage“ (besser „crossing“)"],
    [{ kind: "quoted", parts: ["as an ai", "lorem ipsum"] }, "„as an ai“ und „lorem ipsum“"],
    [{ kind: "language_found", language: "en" }, "Englisch"],
    [
      { kind: "voice", inside: 7, all: 8, outside: [{ measure: "passive", value: 0.24, low: 0, high: 0.1 }] },
      "7 von 8 Maßen im Rahmen der Marke: Passiv 24 % (Marke 0 %–10 %)",
    ],
  ])("writes %o as a German does", (found, expected) => {
    expect(said("de").measured(measured(found)).replaceAll("\u00a0", " ")).toBe(expected);
  });

  it.each<[StepNoteView, string]>([
    [
      { kind: "research", sentences: 91, documents: 1, weak: true },
      "91 Sätze aus 1 Dokument. Die Dokumente sagen wenig zu diesem Thema",
    ],
    [
      {
        kind: "score",
        before: 7.9,
        score: 9.3,
        note: { reason: { kind: "rewrites_passed", found: 2, count: 3 }, unchanged: false },
      },
      "Wertung 7,9 → 9,3. 2 von 3 Umschreibungen des Modells bestanden die Prüfung",
    ],
    [
      { kind: "draft", reason: { kind: "few_words", found: 3, count: 40, removed: 2, missing: ["40 %"] } },
      "Nur 3 von 40 Wörtern des Modells halten der Prüfung stand, 2 Sätze wurden gestrichen, keine Quelle hat „40 %“",
    ],
  ])("tells what a step says: %o", (note, expected) => {
    expect(said("de").step(step(note))?.replaceAll("\u00a0", " ")).toBe(expected);
  });

  it("keeps the sentence of what it does not know", () => {
    expect(said("de").measured({ measured: "2 of 3" })).toBe("2 of 3");
    expect(said("de").step({ note: "Something new" })).toBe("Something new");
  });
});
