import type { ReactNode } from "react";

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className="shrink-0 rounded-sm border border-line px-1.5 font-sans text-tiny text-muted">{children}</kbd>;
}
