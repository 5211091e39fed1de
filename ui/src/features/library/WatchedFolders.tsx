/** Folders that are watched: what is put into them is read, what changes is read again. */
import { FolderSearch, FolderSync, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { Field } from "@/components/Field";
import { IconButton } from "@/components/IconButton";
import { Status } from "@/components/Status";
import { useFormats } from "@/i18n/format";
import { useSaid } from "@/i18n/useSaid";
import { platform } from "@/platform/current";
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
  const [path, setPath] = useState("");
  const watch = (folder: string) => {
    if (folder.trim() === "") return;
    add.mutate({ brand, path: folder.trim() }, { onSuccess: () => setPath("") });
  };
  const choose = async () => {
    const [chosen] = await platform().pickDocuments("folder", t("table.label"));
    if (chosen?.kind === "path") watch(chosen.path);
  };
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
      <form
        className="flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          watch(path);
        }}
      >
        <div className="min-w-0 flex-1">
          <Field
            label={t("watched.label")}
            hint={t("watched.hint")}
            error={add.error ? say.error(add.error) : undefined}
          >
            {(wiring) => (
              <input {...wiring} value={path} onChange={(event) => setPath(event.target.value)} className="control" />
            )}
          </Field>
        </div>
        <div className="mb-[23px] flex gap-2">
          {platform().kind === "desktop" ? (
            <Button icon={FolderSearch} className="h-8!" onClick={() => void choose()}>
              {t("watched.choose")}
            </Button>
          ) : null}
          <Button look="primary" type="submit" className="h-8!" disabled={add.isPending || path.trim() === ""}>
            {t("watched.add")}
          </Button>
        </div>
      </form>
      {remove.error ? <ErrorNote error={remove.error} /> : null}
    </Dialog>
  );
}
