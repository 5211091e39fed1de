/** What is measured of a voice, in words for readers. Pure. */
import type { VoiceMeasureView } from "@/generated/rpc";

export type Measure = VoiceMeasureView["measure"];

/** Where a value stands on its scale, 0 to 1. */
export function share({ scale_low, scale_high }: VoiceMeasureView, value: number): number {
  if (scale_high <= scale_low) return 0;
  return Math.min(1, Math.max(0, (value - scale_low) / (scale_high - scale_low)));
}

export type Ease = "very_easy" | "easy" | "plain" | "demanding" | "hard";

/** The bands of Flesch's scale, two and two together. */
export function ease(value: number): Ease {
  if (value >= 80) return "very_easy";
  if (value >= 70) return "easy";
  if (value >= 60) return "plain";
  if (value >= 45) return "demanding";
  return "hard";
}

export type Often =
  | { word: "never" | "hardly" }
  | { word: "one_in"; of: number }
  | { word: "of_ten"; count: number }
  | { word: "always" };

/** A share of sentences as one says it: never, one in four, seven of ten. */
export function often(value: number): Often {
  if (value < 0.002) return { word: "never" };
  if (value < 0.04) return { word: "hardly" };
  if (value > 0.97) return { word: "always" };
  if (value < 0.37) return { word: "one_in", of: Math.max(2, Math.round(1 / value)) };
  return { word: "of_ten", count: Math.round(value * 10) };
}

const TONES = ["plainness", "warmth", "confidence", "promotion"] as const satisfies readonly Measure[];

/** True for what is told by words and not by grammar. */
export const isTone = (measure: Measure): measure is (typeof TONES)[number] => TONES.some((tone) => tone === measure);
