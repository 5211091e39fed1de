/** Names a folder of this computer: by typing its path, in the desktop shell by choosing it as well. */
import { FolderSearch } from "lucide-react";
import { useState } from "react";
import { platform } from "@/platform/current";
import { Button } from "./Button";
import { Field } from "./Field";

interface Props {
  label: string;
  hint: string;
  error: string | undefined;
  busy: boolean;
  choose: string;
  submit: string;
  look?: "primary";
  /** Gets a path that is not empty; the field is emptied when `done` is called. */
  onFolder(path: string, done: () => void): void;
}

export function FolderForm({ label, hint, error, busy, choose, submit, look, onFolder }: Props) {
  const [path, setPath] = useState("");
  const from = (folder: string) => {
    if (folder.trim() !== "") onFolder(folder.trim(), () => setPath(""));
  };
  const pick = async () => {
    const [chosen] = await platform().pickDocuments("folder", label);
    if (chosen?.kind === "path") from(chosen.path);
  };
  return (
    <form
      className="flex items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        from(path);
      }}
    >
      <div className="min-w-0 flex-1">
        <Field label={label} hint={hint} error={error}>
          {(wiring) => (
            <input {...wiring} value={path} onChange={(event) => setPath(event.target.value)} className="control" />
          )}
        </Field>
      </div>
      <div className="mb-[23px] flex gap-2">
        {platform().kind === "desktop" ? (
          <Button icon={FolderSearch} className="h-8!" disabled={busy} onClick={() => void pick()}>
            {choose}
          </Button>
        ) : null}
        <Button look={look ?? "ghost"} type="submit" className="h-8!" disabled={busy || path.trim() === ""}>
          {submit}
        </Button>
      </div>
    </form>
  );
}
