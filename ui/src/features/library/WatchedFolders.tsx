/** Folders that are watched: what is put into them is read, what changes is read again. */
import { FolderSync, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { FolderForm } from "@/components/FolderForm";
import { IconButton } from "@/components/IconButton";
import { Status } from "@/components/Status";
import { useFormats } from "@/i18n/format";
import { useSaid } from "@/i18n/useSaid";
import { useAction, useCommand } from "@/rpc/query";

interface Props {
  brand: string;
  open: boolean;
  onClose(): void;
}

export function WatchedFolders({ brand, open, onClose }: Props) {
  const { t } = useTranslation(["library", "common"]);
  const formats = useFormats();
  const say = useSaid();
  const { data, error } = useCommand(
    "library_status",
    { brand },
    { enabled: open, ...(open ? { refetchMs: 4_000 } : {}) },
  );
  const add = useAction("watched_folder_add", ["library_status", "document_list"]);
  const remove = useAction("watched_folder_remove", ["library_status"]);
  const watched = data?.watched ?? [];
  return (
    <Dialog
      open={open}
      onClose={onClose}
      wide
      title={t("watched.title")}
      description={t("watched.text")}
      actions={<Button onClick={onClose}>{t("common:close")}</Button>}
    >
      {error ? <ErrorNote error={error} /> : null}
      {watched.length > 0 ? (
        <ul className="mb-4 border-b border-line">
          {watched.map((folder) => (
            <li key={folder.id} className="flex min-h-11 items-center gap-3 border-t border-line py-1">
              <FolderSync size={16} strokeWidth={1.5} aria-hidden className="shrink-0 text-muted" />
              <span className="min-w-0 flex-1">
                <span className="block truncate" title={folder.path}>
                  {folder.path}
                </span>
                <span className="block text-small text-muted">
                  {[
                    t("documents", { count: folder.documents, amount: formats.number(folder.documents) }),
                    say.folder(folder),
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
              </span>
              <Status tone={folder.state === "watching" ? "ok" : "attention"}>
                {t(`watched.state.${folder.state}`)}
              </Status>
              <IconButton
                icon={Trash2}
                label={t("watched.remove", { path: folder.path })}
                disabled={remove.isPending}
                onClick={() => remove.mutate({ brand, id: folder.id })}
              />
            </li>
          ))}
        </ul>
      ) : null}
      <FolderForm
        label={t("watched.label")}
        hint={t("watched.hint")}
        error={add.error ? say.error(add.error) : undefined}
        busy={add.isPending}
        choose={t("watched.choose")}
        submit={t("watched.add")}
        look="primary"
        onFolder={(path, done) => add.mutate({ brand, path }, { onSuccess: done })}
      />
      {remove.error ? <ErrorNote error={remove.error} /> : null}
    </Dialog>
  );
}
