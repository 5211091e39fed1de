import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./IconButton";
import { dismiss, useNotices } from "./notices";
import { Status } from "./Status";

export function Notices() {
  const { t } = useTranslation("common");
  const notices = useNotices((state) => state.notices);
  return (
    <div
      aria-live="polite"
      className="pointer-events-none fixed right-4 bottom-4 z-50 flex max-w-[calc(100vw-32px)] flex-col items-end gap-2"
    >
      {notices.map((notice) => (
        <div
          key={notice.id}
          className="appear pointer-events-auto flex items-center justify-between gap-3 rounded border border-line bg-raised py-1.5 pr-1.5 pl-3"
        >
          <Status tone={notice.tone}>
            <span className="text-ink">{notice.text}</span>
          </Status>
          <IconButton icon={X} label={t("dismiss")} onClick={() => dismiss(notice.id)} />
        </div>
      ))}
    </div>
  );
}
