/** Which actions can be done now. A screen registers what it can do; the newest registration answers. */
import { useEffect, useRef } from "react";
import { create } from "zustand";
import { type ActionId, actionFor } from "./table";

type Handler = () => void;

interface Registry {
  handlers: Partial<Record<ActionId, readonly Handler[]>>;
}

export const useRegistry = create<Registry>(() => ({ handlers: {} }));

export function perform(action: ActionId): boolean {
  const handler = useRegistry.getState().handlers[action]?.at(-1);
  handler?.();
  return handler !== undefined;
}

export function useShortcut(action: ActionId, handler: Handler, enabled = true): void {
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => {
    if (!enabled) return;
    const run = () => latest.current();
    useRegistry.setState(({ handlers }) => ({
      handlers: { ...handlers, [action]: [...(handlers[action] ?? []), run] },
    }));
    return () =>
      useRegistry.setState(({ handlers }) => ({
        handlers: { ...handlers, [action]: (handlers[action] ?? []).filter((known) => known !== run) },
      }));
  }, [action, enabled]);
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Listens for every shortcut of the table; used once, by the frame. */
export function useShortcutKeys(): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const action = actionFor(event);
      if (!action) return;
      // Keys without a modifier belong to the field they are typed into, and to an open dialog.
      const bare = !event.ctrlKey && !event.metaKey && !event.altKey && event.key !== "F6";
      if (bare && (isTyping(event.target) || document.querySelector('[role="dialog"],[role="alertdialog"]'))) return;
      if (perform(action)) event.preventDefault();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}
