import { Tooltip } from "@base-ui/react/tooltip";
import type { LucideIcon } from "lucide-react";
import type { ComponentProps } from "react";
import { classes } from "./classes";

interface Props extends Omit<ComponentProps<"button">, "aria-label"> {
  icon: LucideIcon;
  /** Shown as the tooltip and said by screen readers. */
  label: string;
  keys?: string;
}

export function IconButton({ icon: Icon, label, keys, className, ...rest }: Props) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger
        type="button"
        aria-label={label}
        className={classes(
          "inline-flex size-7 shrink-0 items-center justify-center rounded text-muted hover:bg-sunk hover:text-ink",
          className,
        )}
        {...rest}
      >
        <Icon size={16} strokeWidth={1.75} aria-hidden />
      </Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6} className="z-50">
          <Tooltip.Popup className="appear rounded bg-ink px-2 py-1 text-small text-paper">
            {label}
            {keys ? <span className="ml-2 opacity-70">{keys}</span> : null}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
