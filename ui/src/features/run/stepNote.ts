/** What a step has to say about itself, told in the window's language. A note of another form is kept as it came. Pure. */

export type StepNote =
  | { kind: "seo"; phrase: string; count: number }
  | { kind: "research"; sentences: number; documents: number; weak: boolean }
  | { kind: "outline"; count: number }
  | { kind: "score"; before: number | undefined; score: number; rest: string }
  | { kind: "noSentence" }
  | { kind: "words"; text: string };

export function readStepNote(note: string): StepNote {
  const seo = /^“(.*)” and (\d+) related phrases?$/s.exec(note);
  if (seo) return { kind: "seo", phrase: seo[1] ?? "", count: Number(seo[2]) };
  const research = /^(\d+) sentences? from (\d+) documents?(;.*)?$/s.exec(note);
  if (research) {
    const [, sentences, documents, weak] = research;
    return { kind: "research", sentences: Number(sentences), documents: Number(documents), weak: weak !== undefined };
  }
  const outline = /^(\d+) sections?$/.exec(note);
  if (outline) return { kind: "outline", count: Number(outline[1]) };
  const score = /^Score (?:([\d.]+) → )?(\d+(?:\.\d+)?)(?:\. (.+))?$/s.exec(note);
  if (score) {
    const [, before, after, rest = ""] = score;
    return { kind: "score", before: before === undefined ? undefined : Number(before), score: Number(after), rest };
  }
  if (note === "The model did not answer with a sentence") return { kind: "noSentence" };
  return { kind: "words", text: note };
}
