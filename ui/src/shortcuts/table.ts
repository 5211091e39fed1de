/** Every keyboard shortcut, once. The palette, the sheet, the tooltips and the key handler read this table. */

export const shortcuts = {
  palette: { keys: "mod+k", group: "everywhere" },
  new_activity: { keys: "mod+n", group: "everywhere" },
  add_documents: { keys: "mod+o", group: "everywhere" },
  search_everywhere: { keys: "mod+shift+f", group: "everywhere" },
  cycle_panes: { keys: "f6", group: "everywhere" },
  sheet: { keys: "mod+/", group: "everywhere" },
  toggle_theme: { keys: "mod+shift+l", group: "everywhere" },
  go_home: { keys: "mod+1", group: "sections" },
  go_library: { keys: "mod+2", group: "sections" },
  go_kit: { keys: "mod+3", group: "sections" },
  go_new: { keys: "mod+4", group: "sections" },
  go_runs: { keys: "mod+5", group: "sections" },
  go_settings: { keys: "mod+,", group: "sections" },
  find: { keys: "mod+f", group: "screen" },
  run: { keys: "mod+enter", group: "screen" },
  stop: { keys: "escape", group: "screen" },
  remove: { keys: "delete", group: "screen" },
  copy_text: { keys: "mod+shift+c", group: "screen" },
  next_unsupported: { keys: "alt+arrowdown", group: "screen" },
  previous_unsupported: { keys: "alt+arrowup", group: "screen" },
} as const satisfies Record<string, Shortcut>;

export interface Shortcut {
  keys: string;
  group: "everywhere" | "sections" | "screen";
}

export type ActionId = keyof typeof shortcuts;
export const ACTIONS = Object.keys(shortcuts) as ActionId[];

const onMac = () => /mac|iphone|ipad/i.test(navigator.platform);

/** True when the event is exactly these keys, no modifier more. `mod` is Command on a Mac and Control elsewhere. */
export function matches(event: KeyboardEvent, keys: string, mac = onMac()): boolean {
  const parts = keys.split("+");
  const key = parts.pop() ?? "";
  const wanted = new Set(parts);
  const mod = wanted.has("mod");
  // `/` and `,` are typed with Shift on some keyboards, so Shift counts only where a letter or a named key is meant.
  const shiftMatters = key.length > 1 || /[a-z]/.test(key);
  return (
    event.key.toLowerCase() === key &&
    event.ctrlKey === (mod && !mac) &&
    event.metaKey === (mod && mac) &&
    event.altKey === wanted.has("alt") &&
    (!shiftMatters || event.shiftKey === wanted.has("shift"))
  );
}

export function actionFor(event: KeyboardEvent, mac = onMac()): ActionId | undefined {
  return ACTIONS.find((action) => matches(event, shortcuts[action].keys, mac));
}

const KEY_NAMES: Record<string, [other: string, mac: string]> = {
  mod: ["Ctrl", "⌘"],
  shift: ["Shift", "⇧"],
  alt: ["Alt", "⌥"],
  enter: ["Enter", "↩"],
  escape: ["Esc", "Esc"],
  delete: ["Del", "Del"],
  arrowup: ["↑", "↑"],
  arrowdown: ["↓", "↓"],
};

/** The keys as they are printed on the keyboard: `Ctrl K`. */
export function keyLabel(action: ActionId, mac = onMac()): string {
  return shortcuts[action].keys
    .split("+")
    .map((part) => KEY_NAMES[part]?.[mac ? 1 : 0] ?? part.toUpperCase())
    .join(" ");
}
