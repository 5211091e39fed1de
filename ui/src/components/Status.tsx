import { CircleAlert, CircleCheck, CircleDashed, CircleX, LoaderCircle, type LucideIcon, Pause } from "lucide-react";
import type { ReactNode } from "react";
import { classes } from "./classes";

export type Tone = "ok" | "attention" | "wrong" | "busy" | "waiting" | "paused";

const LOOKS: Record<Tone, [LucideIcon, string]> = {
  ok: [CircleCheck, "text-ok"],
  attention: [CircleAlert, "text-amber"],
  wrong: [CircleX, "text-red"],
  busy: [LoaderCircle, "text-accent"],
  waiting: [CircleDashed, "text-muted"],
  paused: [Pause, "text-amber"],
};

/** A state: the icon and the word first, the colour second. */
export function Status({ tone, children }: { tone: Tone; children: ReactNode }) {
  const [Icon, look] = LOOKS[tone];
  return (
    <span className={classes("inline-flex items-center gap-1.5 align-top whitespace-nowrap", look)}>
      <Icon size={14} strokeWidth={1.75} aria-hidden className={classes("shrink-0", tone === "busy" && "spin")} />
      {children}
    </span>
  );
}
