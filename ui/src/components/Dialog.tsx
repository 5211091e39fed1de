import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { classes } from "./classes";

interface Props {
  open: boolean;
  onClose(): void;
  title: string;
  description?: string;
  children?: ReactNode;
  /** Buttons at the bottom, the primary one last. */
  actions?: ReactNode;
  wide?: boolean;
}

export function Dialog({ open, onClose, title, description, children, actions, wide }: Props) {
  const { t } = useTranslation("common");
  return (
    <Base.Root open={open} onOpenChange={(next) => next || onClose()}>
      <Base.Portal>
        <Base.Backdrop className="appear fixed inset-0 z-40 bg-ink/25" />
        <Base.Popup
          className={classes(
            "appear fixed top-[14vh] left-1/2 z-50 flex max-h-[74vh] w-[calc(100vw-32px)] -translate-x-1/2 flex-col rounded border border-line bg-raised",
            wide ? "max-w-3xl" : "max-w-md",
          )}
        >
          <Base.Title className="pr-14 pl-5 pt-4 text-lead font-strong">{title}</Base.Title>
          {description ? <Base.Description className="px-5 pt-1 text-muted">{description}</Base.Description> : null}
          {children ? <div className="min-h-0 flex-1 overflow-auto px-5 pt-4 pb-1">{children}</div> : null}
          <div className="flex justify-end gap-2 px-5 py-4">{actions}</div>
          {/* Last, so that the focus begins at what the dialog is for; without a tooltip, which would take the first Escape. */}
          <Base.Close
            aria-label={t("close")}
            className="absolute top-3 right-3 grid size-7 place-items-center rounded text-muted hover:bg-sunk hover:text-ink"
          >
            <X size={16} strokeWidth={1.75} aria-hidden />
          </Base.Close>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
