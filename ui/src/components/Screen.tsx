import type { ReactNode } from "react";

interface Props {
  /** What this is, as in the sidebar or the crumb. */
  title: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A screen: its strip on top, then the one thing one is doing. */
export function Screen({ title, note, actions, children }: Props) {
  return (
    <div className="flex h-full min-h-0 min-w-0 flex-1 flex-col">
      <header className="flex min-h-13 flex-none flex-wrap items-center justify-between gap-x-4 min-[900px]:flex-nowrap gap-y-1 px-6 py-2">
        <div className="flex min-w-0 items-baseline gap-2">
          <h1 className="truncate font-strong">{title}</h1>
          {note ? <span className="min-w-0 shrink-[999] truncate text-muted">{note}</span> : null}
        </div>
        {actions ? <div className="flex shrink-0 flex-wrap items-center gap-2">{actions}</div> : null}
      </header>
      {children}
    </div>
  );
}
