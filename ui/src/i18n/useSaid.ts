/**
 * Tells what the application says as a kind with values, in the window's language. What a newer application says, or what
 * has no kind, is told in the application's own sentence.
 */
import type { TFunction } from "i18next";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type {
  ArticleNote,
  CheckView,
  CommandError,
  DoctorCheckView,
  DraftReason,
  ErasureReceiptView,
  EstimateView,
  LeftOut,
  LibrarySearchView,
  Measured,
  ModelProbeView,
  ModelView,
  PromptReportView,
  RunView,
  SectionRecord,
  StepNoteView,
  StepView,
  VoiceOutside,
  WatchedFolderView,
} from "@/generated/rpc";
import { type Formats, useFormats } from "./format";

/** The groups of `said.json` that tell one union of the command list each. */
type Group =
  | "error"
  | "measured"
  | "draft"
  | "probe"
  | "doctor"
  | "erasure"
  | "folder"
  | "library"
  | "model"
  | "estimate"
  | "step";

type Kind = { kind: string };

/** Values that are names or quotations and stand in quotation marks. */
const QUOTED = new Set(["name", "brand", "part"]);

export interface Said {
  error(error: CommandError): string;
  measured(check: Pick<CheckView, "measured" | "measured_said">): string;
  section(section: Pick<SectionRecord, "reason" | "reason_said">): string | null;
  step(step: Pick<StepView, "note" | "note_said">): string | null;
  run(run: Pick<RunView, "state" | "reason">): string | null;
  leftOut(report: Pick<PromptReportView, "left_out" | "left_out_said">): string | null;
  probe(probe: Pick<ModelProbeView, "reasons" | "reasons_said">): string[];
  doctor(check: Pick<DoctorCheckView, "note" | "found">): string;
  erasure(receipt: Pick<ErasureReceiptView, "note" | "notes">): string[];
  folder(folder: Pick<WatchedFolderView, "note" | "note_said">): string | null;
  search(view: Pick<LibrarySearchView, "note" | "note_said">): string | null;
  model(model: Pick<ModelView, "note" | "note_said">): string | null;
  /** A sentence that has no kind: as it is in English, elsewhere what is sure about it. */
  plain(sentence: string | null, known: "embedderProblem" | "changeProblem"): string | null;
  estimate(estimate: Pick<EstimateView, "note" | "note_said">): string | null;
}

/** Pure, so that it can be tested without a window: `t` must be bound to the namespace `said`. */
export function createSaid(t: TFunction, exists: (key: string) => boolean, formats: Formats, english: boolean): Said {
  const words = t as unknown as (key: string, values?: object) => string;
  const quote = (text: string) => words("quote", { text });

  function value(key: string, given: unknown): unknown {
    if (typeof given === "string") {
      if (key === "language") return formats.language(given);
      if (key === "way") return words(`frame:way.${given}`);
      return QUOTED.has(key) ? quote(given) : given;
    }
    if (typeof given === "number") {
      if (key.endsWith("_bytes")) return formats.bytes(given);
      if (key === "share") return formats.percent(given);
      if (key === "percent") return formats.percent(given / 100);
      if (key === "percent_exact") return formats.percent(given / 100, 1);
      if (key === "rounded") return formats.number(given);
      return formats.number(given, Number.isInteger(given) ? 0 : 1);
    }
    if (Array.isArray(given) && given.every((part) => typeof part === "string")) return formats.list(given.map(quote));
    return given;
  }

  /** The words of a kind, or nothing when this window does not know it. */
  function tell(group: Group, said: Kind, more: object = {}): string | undefined {
    const { kind, ...given } = said as Kind & Record<string, unknown>;
    const part = given.noun ?? given.field;
    const key = `${group}.${kind}${typeof part === "string" ? `.${part}` : ""}`;
    if (!exists(key) && !exists(`${key}_other`)) return undefined;
    const values: Record<string, unknown> = {};
    for (const [name, content] of Object.entries(given)) values[name] = value(name, content);
    if (typeof given.count === "number") {
      values.count = given.count;
      values.amount = formats.number(given.count);
    }
    return words(key, { ...values, ...more });
  }

  const counted = (key: string, count: number) => words(key, { count, amount: formats.number(count) });
  const either = (group: Group, said: Kind | undefined, sentence: string | null) =>
    (said ? tell(group, said) : undefined) ?? sentence;

  function draft(reason: DraftReason): string | undefined {
    const told = tell("draft", reason);
    if (!told || !("removed" in reason) || reason.removed === 0) return told;
    const missing =
      reason.missing.length > 0 ? words("noSource", { parts: formats.list(reason.missing.map(quote)) }) : undefined;
    return [told, counted("removed", reason.removed), missing].filter(Boolean).join(", ");
  }

  function outside({ measure, value: here, low, high }: VoiceOutside): string {
    const show = (number: number) =>
      measure === "sentence_length" || measure === "reading_ease" ? formats.number(number) : formats.percent(number);
    return words("voiceOutside", {
      measure: words(`kit:voice.measure.${measure}`),
      value: show(here),
      low: show(low),
      high: show(high),
    });
  }

  function measured(said: Measured): string | undefined {
    if (said.kind === "terms") {
      const terms = said.found.map((term) => words(term.say === "" ? "term.avoid" : "term.instead", term));
      return tell("measured", said, { terms: terms.join(", ") });
    }
    const told = tell("measured", said);
    return said.kind === "voice" && told && said.outside.length > 0
      ? `${told}: ${said.outside.map(outside).join(", ")}`
      : told;
  }

  function article(note: ArticleNote): string[] {
    return [note.reason ? draft(note.reason) : undefined, note.unchanged ? words("unchanged") : undefined].filter(
      (part) => part !== undefined,
    );
  }

  function step(said: StepNoteView): string | undefined {
    switch (said.kind) {
      case "draft":
        return draft(said.reason);
      case "research": {
        const found = tell("step", said, {
          sentences: counted("sentences", said.sentences),
          documents: counted("documents", said.documents),
        });
        return found && said.weak ? `${found}. ${words("weak")}` : found;
      }
      case "score": {
        const score = formats.number(said.score, 1);
        const told =
          said.before === null
            ? tell("step", said, { score })
            : words("scores", { before: formats.number(said.before, 1), score });
        return told && [told, ...(said.note ? article(said.note) : [])].join(". ");
      }
      default:
        return tell("step", said);
    }
  }

  const leftOut = ({ left_out, count }: LeftOut) =>
    words("leftOut", { count, amount: formats.number(count), left_out: formats.number(left_out) });

  return {
    // The application's English sentence knows most; in another language the code tells at least what is safe.
    error: ({ code, message, reason }) =>
      (reason ? tell("error", reason) : undefined) ??
      (english || !exists(`errors:text.${code}`) ? message : words(`errors:text.${code}`)),
    measured: (check) => (check.measured_said ? measured(check.measured_said) : undefined) ?? check.measured,
    section: (section) => (section.reason_said ? draft(section.reason_said) : undefined) ?? section.reason,
    step: (view) => (view.note_said ? step(view.note_said) : undefined) ?? view.note,
    run: ({ state, reason }) =>
      reason && !english && exists(`run.${state}`) ? words(`run.${state}`) : state === "done" ? null : reason,
    leftOut: (report) => (report.left_out_said ? leftOut(report.left_out_said) : report.left_out),
    probe: (probe) =>
      probe.reasons.map((sentence, at) => either("probe", probe.reasons_said[at], sentence) ?? sentence),
    doctor: (check) => either("doctor", check.found, check.note) ?? check.note,
    erasure: ({ note, notes }) => {
      const told = notes.map((known) => tell("erasure", known));
      return told.every((sentence) => sentence !== undefined) ? told : note ? [note] : [];
    },
    folder: (folder) => either("folder", folder.note_said, folder.note),
    search: (view) => either("library", view.note_said, view.note),
    model: (model) => either("model", model.note_said, model.note),
    plain: (sentence, known) => (sentence && !english ? words(known) : sentence),
    estimate: (estimate) => either("estimate", estimate.note_said, estimate.note),
  };
}

export function useSaid(): Said {
  const { t, i18n } = useTranslation("said");
  const formats = useFormats();
  return useMemo(
    () =>
      createSaid(
        t as unknown as TFunction,
        (key) => i18n.exists(key, { ns: "said" }),
        formats,
        i18n.language.startsWith("en"),
      ),
    [t, i18n, formats],
  );
}
