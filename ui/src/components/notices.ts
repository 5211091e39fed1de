/** Short notices at the bottom of the window: done, copied, failed. */
import { create } from "zustand";

export interface Notice {
  id: number;
  text: string;
  tone: "ok" | "wrong";
}

const SHOWN_MS = 6_000;

export const useNotices = create<{ notices: Notice[] }>(() => ({ notices: [] }));

let last = 0;

export function dismiss(id: number): void {
  useNotices.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
}

export function notify(text: string, tone: Notice["tone"] = "ok"): void {
  last += 1;
  const id = last;
  useNotices.setState(({ notices }) => ({ notices: [...notices.slice(-2), { id, text, tone }] }));
  setTimeout(() => dismiss(id), SHOWN_MS);
}
