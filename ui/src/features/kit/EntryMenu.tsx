/** What can be done with anything of the kit, whatever it is: approved, hidden and shown, removed. */
import { Ellipsis } from "lucide-react";
import { useTranslation } from "react-i18next";
import { classes } from "@/components/classes";
import { Menu, type MenuEntry } from "@/components/Menu";
import type { KitEntryView } from "@/generated/rpc";

type State = KitEntryView["state"];

interface Props {
  /** What the button is called. */
  label: string;
  state: State;
  /** Offers to approve it, or to say that it still holds; left out where there is a button for that. */
  approve?: "approve" | "stillTrue" | undefined;
  /** What only this kind can do, between approving and hiding. */
  own?: MenuEntry[];
  small?: boolean;
  onState(state: State): void;
  onRemove(): void;
}

export function EntryMenu({ label, state, approve, own = [], small = false, onState, onRemove }: Props) {
  const { t } = useTranslation("kit");
  const entry = (id: string, text: string, onSelect: () => void): MenuEntry => ({ id, text, label: text, onSelect });
  const remove = t("entry.remove");
  return (
    <Menu
      align="end"
      trigger={
        <button
          type="button"
          aria-label={label}
          className={classes(
            "grid place-items-center rounded text-muted hover:bg-sunk hover:text-ink",
            small ? "size-6" : "size-7",
          )}
        >
          <Ellipsis size={small ? 14 : 16} strokeWidth={1.75} aria-hidden />
        </button>
      }
      entries={[
        ...(approve ? [entry("approve", t(`entry.${approve}`), () => onState("approved"))] : []),
        ...own,
        state === "hidden"
          ? entry("hide", t("entry.show"), () => onState("found"))
          : entry("hide", t("entry.hide"), () => onState("hidden")),
      ]}
      last={{ ...entry("remove", remove, onRemove), label: <span className="text-red">{remove}</span> }}
    />
  );
}
