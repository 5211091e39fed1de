import { Check, type LucideIcon } from "lucide-react";
import { classes } from "@/components/classes";

interface Props {
  icon: LucideIcon;
  label: string;
  /** What it will produce. */
  text: string;
  on: boolean;
  onToggle(): void;
}

/** A content type: on or off, and what it will produce. */
export function ToggleCard({ icon: Icon, label, text, on, onToggle }: Props) {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={onToggle}
      className={classes(
        "flex gap-3 rounded border px-3 py-2.5 text-left",
        on ? "border-accent bg-accent-soft" : "border-line bg-raised hover:border-line-strong",
      )}
    >
      <Icon
        size={16}
        strokeWidth={1.75}
        aria-hidden
        className={classes("mt-0.5 shrink-0", on ? "text-accent" : "text-muted")}
      />
      <span className="min-w-0 flex-1">
        <span className="block font-medium">{label}</span>
        <span className="block text-small text-muted">{text}</span>
      </span>
      <Check
        size={14}
        strokeWidth={2}
        aria-hidden
        className={classes("mt-0.5 shrink-0 text-accent", !on && "invisible")}
      />
    </button>
  );
}
