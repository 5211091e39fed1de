import { render } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { de } from "@/i18n/locales/de";
import { en } from "@/i18n/locales/en";
import { ACTIONS, type ActionId, actionFor, keyLabel, matches, shortcuts } from "./table";
import { useShortcut, useShortcutKeys } from "./useShortcut";

const key = (name: string, modifiers: KeyboardEventInit = {}) =>
  new KeyboardEvent("keydown", { key: name, cancelable: true, bubbles: true, ...modifiers });

describe("the table of shortcuts", () => {
  it("gives no keys to two actions", () => {
    const keys = ACTIONS.map((action) => shortcuts[action].keys);
    expect(new Set(keys).size, `twice: ${keys.filter((known, at) => keys.indexOf(known) !== at)}`).toBe(keys.length);
  });

  it("has a name for every action in both languages", () => {
    for (const action of ACTIONS) {
      expect(en.shortcuts.action).toHaveProperty(action);
      expect(de.shortcuts.action).toHaveProperty(action);
    }
  });

  it.each<[string, KeyboardEvent, boolean, ActionId | undefined]>([
    ["Ctrl K", key("k", { ctrlKey: true }), false, "palette"],
    ["Command K on a Mac", key("k", { metaKey: true }), true, "palette"],
    ["Ctrl K on a Mac", key("k", { ctrlKey: true }), true, undefined],
    ["Ctrl F", key("f", { ctrlKey: true }), false, "find"],
    ["Ctrl Shift F", key("F", { ctrlKey: true, shiftKey: true }), false, "search_everywhere"],
    ["Ctrl / on a keyboard where / needs Shift", key("/", { ctrlKey: true, shiftKey: true }), false, "sheet"],
    ["K alone", key("k"), false, undefined],
    ["Ctrl Alt K", key("k", { ctrlKey: true, altKey: true }), false, undefined],
    ["F6", key("F6"), false, "cycle_panes"],
  ])("reads %s", (_case, event, mac, expected) => {
    expect(actionFor(event, mac)).toBe(expected);
  });

  it("prints keys as they are called where the user sits", () => {
    expect(keyLabel("search_everywhere", false)).toBe("Ctrl Shift F");
    expect(keyLabel("search_everywhere", true)).toBe("⌘ ⇧ F");
    expect(matches(key("Escape"), shortcuts.stop.keys, false)).toBe(true);
  });
});

function Screen({ action, onAction, field = false }: { action: ActionId; onAction(): void; field?: boolean }) {
  useShortcut(action, onAction);
  return field ? <input aria-label="field" /> : null;
}

function Keys() {
  useShortcutKeys();
  return null;
}

describe("shortcuts on screens", () => {
  it("reach the screen that was opened last, and the one below once it is closed", () => {
    const [below, above] = [vi.fn(), vi.fn()];
    const view = (open: boolean) => (
      <>
        <Keys />
        <Screen action="run" onAction={below} />
        {open ? <Screen action="run" onAction={above} /> : null}
      </>
    );
    const { rerender } = render(view(true));
    window.dispatchEvent(key("Enter", { ctrlKey: true }));
    expect([below.mock.calls.length, above.mock.calls.length]).toEqual([0, 1]);
    rerender(view(false));
    window.dispatchEvent(key("Enter", { ctrlKey: true }));
    expect([below.mock.calls.length, above.mock.calls.length]).toEqual([1, 1]);
  });

  it("leave the keys without a modifier to the field one types in", () => {
    const stop = vi.fn();
    const { getByLabelText } = render(
      <>
        <Keys />
        <Screen action="stop" onAction={stop} field />
      </>,
    );
    getByLabelText("field").dispatchEvent(key("Escape"));
    expect(stop).not.toHaveBeenCalled();
    document.body.dispatchEvent(key("Escape"));
    expect(stop).toHaveBeenCalledOnce();
  });

  it("take the browser's own meaning away only where something is done", () => {
    render(<Keys />);
    const event = key("f", { ctrlKey: true });
    window.dispatchEvent(event);
    expect(event.defaultPrevented, "no screen can find now, so the browser may").toBe(false);
  });
});
