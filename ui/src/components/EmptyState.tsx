import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

interface Props {
  icon: LucideIcon;
  title: string;
  text: string;
  /** The one next step. */
  action?: ReactNode;
}

export function EmptyState({ icon: Icon, title, text, action }: Props) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center px-6 py-20 text-center">
      <Icon size={22} strokeWidth={1.5} aria-hidden className="mb-4 text-accent" />
      <h2 className="mb-2 font-serif text-title font-strong">{title}</h2>
      <p className="mb-5 text-muted">{text}</p>
      {action}
    </div>
  );
}
