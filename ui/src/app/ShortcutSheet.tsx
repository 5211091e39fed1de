import { useTranslation } from "react-i18next";
import { Dialog } from "@/components/Dialog";
import { Kbd } from "@/components/Kbd";
import { ACTIONS, keyLabel, shortcuts } from "@/shortcuts/table";

const GROUPS = ["everywhere", "sections", "screen"] as const;

export function ShortcutSheet({ open, onClose }: { open: boolean; onClose(): void }) {
  const { t } = useTranslation("shortcuts");
  return (
    <Dialog wide open={open} onClose={onClose} title={t("title")}>
      <div className="gap-x-10 sm:columns-2">
        {GROUPS.map((group) => (
          <section key={group} className="mb-5 break-inside-avoid">
            <h3 className="mb-1 text-small font-medium text-muted">{t(`group.${group}`)}</h3>
            <dl>
              {ACTIONS.filter((action) => shortcuts[action].group === group).map((action) => (
                <div key={action} className="flex h-8 items-center justify-between gap-4 border-b border-line">
                  <dt>{t(`action.${action}`)}</dt>
                  <dd>
                    <Kbd>{keyLabel(action)}</Kbd>
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
