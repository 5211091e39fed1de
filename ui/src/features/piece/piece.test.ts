import { describe, expect, it } from "vitest";
import type { CitationView, SentenceView } from "@/generated/rpc";
import { pieceDetails } from "@/test/samples/pieces";
import { placeText, sentencesIn } from "./pieceText";
import { readAudio, readVideo } from "./scripts";

const citation = (number: number, sentence: string, start: number): CitationView => ({
  number,
  sentence,
  document: "d1",
  document_name: "Plan.pdf",
  page: 1,
  start,
  end: start + 5,
  quote: "quote",
});

const fact = (text: string, start: number, source: CitationView): SentenceView => ({
  text,
  start,
  end: start + [...text].length,
  support: { label: "fact", citation: source, strength: 1 },
});

describe("the text of a piece", () => {
  it("finds every sentence where the application counted characters", () => {
    const text = "🛥 The boats move. They rest.";
    const [first, second] = [citation(1, "The boats move.", 10), citation(2, "They rest.", 40)];
    const placed = placeText({
      text,
      citations: [first, second],
      sentences: [fact("The boats move.", 2, first), fact("They rest.", 18, second)],
    });
    expect(placed.sentences.map(({ start, end }) => text.slice(start, end))).toEqual(["The boats move.", "They rest."]);
    expect(placed.sentences.map(({ citations }) => citations.map(({ number }) => number))).toEqual([[1], [2]]);
  });

  it("gives a chip to its own sentence when two sentences cite the same span", () => {
    const [first, second] = [citation(1, "One.", 10), citation(2, "Two.", 10)];
    const placed = placeText({
      text: "One. Two.",
      citations: [first, second],
      sentences: [fact("One.", 0, first), fact("Two.", 5, second)],
    });
    expect(placed.sentences.map(({ citations }) => citations[0]?.number)).toEqual([1, 2]);
  });

  it("gives no chip to a sentence that no document supports", () => {
    const placed = placeText({
      text: "Cheap.",
      citations: [citation(1, "Cheap.", 0)],
      sentences: [{ text: "Cheap.", start: 0, end: 6, support: { label: "unsupported", missing: [] } }],
    });
    expect(placed.sentences[0]?.citations).toEqual([]);
  });

  it("knows the sentences of a paragraph", () => {
    const { sentences } = placeText({
      text: "One. Two.",
      citations: [],
      sentences: [fact("One.", 0, citation(1, "", 0)), fact("Two.", 5, citation(2, "", 9))],
    });
    expect(sentencesIn(sentences, { start: 5, end: 9 }).map(({ text }) => text)).toEqual(["Two."]);
  });
});

describe("scripts", () => {
  it("of audio are read with their timings", () => {
    const text = pieceDetails.w4?.text ?? "";
    expect(readAudio(text).map(({ from, to, label, body }) => [from, to, label, body.length])).toEqual([
      ["0:00", "0:12", "Opening", 1],
      ["0:12", "0:48", "Why the quay matters", 1],
      ["0:48", "1:05", "Close", 1],
    ]);
  });

  it("of video are read scene by scene", () => {
    const text = pieceDetails.w5?.text ?? "";
    const [first] = readVideo(text);
    expect(first).toMatchObject({ number: "1", from: "0:00", to: "0:08", onScreen: "Eleven boats, four days" });
    expect(text.slice(first?.voice.start, first?.voice.end)).toBe(
      "Every November our crews move eleven boats to the winter quay at Sletta.",
    );
  });

  it("are told from an article", () => {
    const text = pieceDetails.w1?.text ?? "";
    expect([readAudio(text), readVideo(text)]).toEqual([[], []]);
  });
});
