/** A run as it is watched: the detail that was shown plus the events since. Pure. */

import type { Tone } from "@/components/Status";
import type { RunDetailView, RunEventView, RunState, SectionOrigin, StepView } from "@/generated/rpc";

export type StructuralEvent = Exclude<RunEventView, { type: "token" }>;

/** The detail after an event. A step that was unknown is put at the end: steps arrive in order. */
export function applyEvent(detail: RunDetailView, event: StructuralEvent): RunDetailView {
  switch (event.type) {
    case "run":
      return { ...detail, run: event.run };
    case "draft":
      return { ...detail, draft_markdown: event.markdown };
    case "ended":
      return { ...detail, run: { ...detail.run, state: event.state } };
    case "step": {
      const at = detail.steps.findIndex(({ key }) => key === event.step.key);
      return { ...detail, steps: at < 0 ? [...detail.steps, event.step] : detail.steps.with(at, event.step) };
    }
  }
}

export const runTone = {
  running: "busy",
  interrupted: "paused",
  done: "ok",
  cancelled: "attention",
  failed: "wrong",
} as const satisfies Record<RunState, Tone>;

export function canResume(state: RunState): boolean {
  return state === "interrupted" || state === "cancelled" || state === "failed";
}

/** Heading of a section step, whose title says what is done: `Write section 2: Heated ramps, second try`. */
export function sectionHeading({ key, title }: Pick<StepView, "key" | "title">): string {
  const heading = /^[^:]* \d+: (.+)$/s.exec(title)?.[1] ?? title;
  return key.endsWith("-repair") ? heading.replace(/, [^,]*$/, "") : heading;
}

/** How each section of the draft was made, by its heading; a repair speaks for the section it repaired. */
export function sectionOrigins(steps: readonly StepView[]): Map<string, SectionOrigin> {
  const origins = new Map<string, SectionOrigin>();
  for (const step of steps) {
    const { key, origin } = step;
    if (!origin) continue;
    if (/^introduction/.test(key)) origins.set("", origin);
    else if (/^section-/.test(key)) origins.set(sectionHeading(step), origin);
  }
  return origins;
}

/** Number of sections and the one that is being written, counted from 1. */
export function sectionProgress(
  steps: readonly StepView[],
  running: string,
): { number: number; count: number } | undefined {
  const match = /^section-(\d+)/.exec(running);
  const keys = new Set(steps.map(({ key }) => /^section-(\d+)/.exec(key)?.[1]).filter(Boolean));
  return match ? { number: [...keys].indexOf(match[1]) + 1, count: keys.size } : undefined;
}
