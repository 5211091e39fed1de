import type { LucideIcon } from "lucide-react";
import type { ComponentProps } from "react";
import { classes } from "./classes";

type Look = "primary" | "ghost" | "quiet" | "danger";

const LOOKS: Record<Look, string> = {
  primary: "bg-accent text-on-accent font-medium enabled:hover:bg-accent-strong",
  ghost: "border border-line bg-raised text-ink enabled:hover:border-line-strong",
  quiet: "text-muted enabled:hover:bg-sunk enabled:hover:text-ink",
  danger: "border border-red text-red bg-raised enabled:hover:bg-red-soft",
};

export interface ButtonProps extends ComponentProps<"button"> {
  look?: Look;
  icon?: LucideIcon;
  /** In a narrow window it keeps its icon and its name, which is then the tooltip, and leaves the room to others. */
  compact?: boolean;
}

export function Button({ look = "ghost", icon: Icon, compact = false, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={classes(
        "inline-flex h-7 shrink-0 items-center gap-1.5 rounded px-2.5 whitespace-nowrap disabled:opacity-50",
        LOOKS[look],
        className,
      )}
      {...(compact && typeof children === "string" ? { title: children } : {})}
      {...rest}
    >
      {Icon ? <Icon size={14} strokeWidth={1.75} aria-hidden /> : null}
      {compact ? <span className="max-[1099px]:sr-only">{children}</span> : children}
    </button>
  );
}
