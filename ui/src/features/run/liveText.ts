/** Text as it is being written. Tokens are gathered and handed on once a frame, so that a fast model never floods the window. */

export interface LiveText {
  /** The step that writes and what it wrote so far. */
  current(): { step: string; text: string };
  push(step: string, text: string): void;
  /** Forgets the text: the draft has it now. */
  clear(): void;
  subscribe(listener: () => void): () => void;
}

export function createLiveText(nextFrame: (work: () => void) => unknown = requestAnimationFrame): LiveText {
  const listeners = new Set<() => void>();
  let shown = { step: "", text: "" };
  let coming = shown;
  let due = false;
  const hand = () => {
    if (due) return;
    due = true;
    nextFrame(() => {
      due = false;
      shown = coming;
      for (const listener of listeners) listener();
    });
  };
  return {
    current: () => shown,
    push(step, text) {
      coming = { step, text: coming.step === step ? coming.text + text : text };
      hand();
    },
    clear() {
      coming = { step: "", text: "" };
      hand();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
