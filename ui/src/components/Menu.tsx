import { Menu as Base } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import type { ReactElement, ReactNode } from "react";

export interface MenuEntry {
  id: string;
  label: ReactNode;
  /** Said in place of a label that is not plain text, and matched when the reader types. */
  text: string;
  checked?: boolean;
  onSelect(): void;
}

interface Props {
  trigger: ReactElement;
  entries: MenuEntry[];
  /** Set apart below a line. */
  last?: MenuEntry;
  align?: "start" | "end";
}

function Item({ entry }: { entry: MenuEntry }) {
  return (
    <Base.Item
      label={entry.text}
      onClick={entry.onSelect}
      className="flex h-8 cursor-default items-center gap-2.5 rounded-sm px-2.5 outline-none data-highlighted:bg-sunk"
    >
      <span className="flex min-w-0 flex-1 items-center gap-2.5">{entry.label}</span>
      {entry.checked ? <Check size={14} strokeWidth={1.75} aria-hidden className="text-accent" /> : null}
    </Base.Item>
  );
}

export function Menu({ trigger, entries, last, align = "start" }: Props) {
  return (
    <Base.Root modal={false}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align={align} className="z-50">
          <Base.Popup className="appear max-h-[60vh] min-w-52 overflow-auto rounded border border-line bg-raised p-1 outline-none">
            {entries.map((entry) => (
              <Item key={entry.id} entry={entry} />
            ))}
            {last ? (
              <>
                <Base.Separator className="mx-2 my-1 border-t border-line" />
                <Item entry={last} />
              </>
            ) : null}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
