import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { classes } from "./classes";
import { IconButton } from "./IconButton";

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
          <div className="flex items-center gap-3 px-5 pt-4">
            <Base.Title className="flex-1 text-lead font-strong">{title}</Base.Title>
            <Base.Close render={<IconButton icon={X} label={t("close")} />} />
          </div>
          {description ? <Base.Description className="px-5 pt-1 text-muted">{description}</Base.Description> : null}
          {children ? <div className="min-h-0 flex-1 overflow-auto px-5 pt-4">{children}</div> : null}
          <div className="flex justify-end gap-2 px-5 py-4">{actions}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
